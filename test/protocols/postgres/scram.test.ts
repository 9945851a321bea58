import t from 'tap'
import { saslprep } from '../../../protocols/postgres/saslprep.ts'
import {
  ScramClient,
  type ScramClientOptions,
  ScramServer,
  type ScramServerOptions,
} from '../../../protocols/postgres/scram.ts'
import { verifier } from '../../support/gateway.ts'

// https://www.rfc-editor.org/rfc/rfc7677#section-3
const rfc7677 = {
  clientNonce: 'rOprNGfwEbeRWgbNEkqO',
  serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst:
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
}

const endPoint = Buffer.alloc(32, 7)
const plain = 'SCRAM-SHA-256'
const plus = 'SCRAM-SHA-256-PLUS'

function server(options: Partial<ScramServerOptions> = {}): ScramServer {
  return new ScramServer({
    mechanism: plain,
    endPoint: undefined,
    credential: verifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096),
    nonce: rfc7677.serverNonce,
    ...options,
  })
}

function client(options: Partial<ScramClientOptions> = {}): ScramClient {
  return new ScramClient({
    mechanisms: [plain],
    password: 'pencil',
    tls: false,
    endPoint: undefined,
    ...options,
  })
}

/** True when both sides end content. */
async function agree(ours: ScramClient, theirs: ScramServer): Promise<boolean> {
  const first = theirs.first(Buffer.from(ours.first()))
  const proved = theirs.final(Buffer.from(await ours.final(Buffer.from(first))))
  if (proved === undefined) return false
  ours.verify(Buffer.from(proved))
  return ours.verified
}

t.test('the server says what RFC 7677 says', async t => {
  const scram = server()
  t.equal(scram.first(Buffer.from(rfc7677.clientFirst)), rfc7677.serverFirst)
  t.equal(scram.final(Buffer.from(rfc7677.clientFinal)), rfc7677.serverFinal)
})

t.test('the client says what RFC 7677 says', async t => {
  const scram = client({ user: 'user', nonce: rfc7677.clientNonce })
  t.equal(scram.first(), rfc7677.clientFirst)
  t.equal(await scram.final(Buffer.from(rfc7677.serverFirst)), rfc7677.clientFinal)
  t.equal(scram.verified, false)
  scram.verify(Buffer.from(rfc7677.serverFinal))
  t.equal(scram.verified, true)
})

t.test('a wrong password proves nothing', async t => {
  t.equal(await agree(client({ password: 'pencils' }), server()), false)
  t.equal(await agree(client(), server()), true)
})

t.test('channel binding holds when both ends see the same certificate', async t => {
  const bound = { mechanisms: [plus, plain], tls: true }
  t.equal(client({ ...bound, endPoint }).mechanism, plus)
  t.equal(await agree(client({ ...bound, endPoint }), server({ mechanism: plus, endPoint })), true)
  await t.rejects(
    agree(client({ ...bound, endPoint }), server({ mechanism: plus, endPoint: Buffer.alloc(32) })),
    { sqlState: '28000', message: 'SCRAM channel binding check failed' },
  )
})

t.test('the client tells whether it could have bound', async t => {
  t.match(client().first(), /^n,,/, 'no TLS')
  t.match(client({ tls: true, endPoint }).first(), /^y,,/, 'TLS, but PLUS was not offered')
  const unhashed = client({ tls: true, mechanisms: [plus, plain] })
  t.match(unhashed.first(), /^n,,/, 'a certificate without a hash')
  t.equal(unhashed.mechanism, plain)
  t.match(
    client({ tls: true, endPoint, mechanisms: [plus, plain] }).first(),
    /^p=tls-server-end-point,,/,
  )
  t.throws(() => client({ mechanisms: ['OAUTHBEARER'] }), /offers no authentication/)
  t.throws(() => client({ mechanisms: [plus] }), /offers no authentication/)
})

t.test('a client that missed our offer of PLUS was deceived, and is refused', async t => {
  const deceived = server({ endPoint })
  t.throws(() => deceived.first(Buffer.from('y,,n=,r=abc')), {
    sqlState: '28000',
    message: 'SCRAM channel binding negotiation error',
  })
  t.ok(server({ endPoint }).first(Buffer.from('n,,n=,r=abc')), 'who cannot bind may go on')
  t.ok(server().first(Buffer.from('y,,n=,r=abc')), 'without TLS it was not offered')
})

t.test('client-first that breaks a rule is refused with its SQLSTATE', async t => {
  const cases: [string, Partial<ScramServerOptions>, string][] = [
    ['', {}, '08P01'],
    ['n', {}, '08P01'],
    ['x,,n=,r=abc', {}, '08P01'],
    ['n,,r=abc', {}, '08P01'],
    ['n,,n=,r=', {}, '08P01'],
    ['n,,n=,r=ab\x7f', {}, '08P01'],
    ['n,a=admin,n=,r=abc', {}, '0A000'],
    ['n,,m=ext,n=,r=abc', {}, '0A000'],
    ['p=tls-server-end-point,,n=,r=abc', {}, '08P01'],
    ['n,,n=,r=abc', { mechanism: plus, endPoint }, '08P01'],
    ['y,,n=,r=abc', { mechanism: plus, endPoint }, '08P01'],
    ['p=tls-unique,,n=,r=abc', { mechanism: plus, endPoint }, '08P01'],
  ]
  for (const [message, options, sqlState] of cases) {
    t.throws(
      () => server(options).first(Buffer.from(message)),
      { name: 'FatalError', sqlState },
      message,
    )
  }
})

t.test('client-final that breaks a rule is refused with its SQLSTATE', async t => {
  const cases: [RegExp, string, string][] = [
    [/.*/, '', '08P01'],
    [/,p=.*/, '', '08P01'],
    [/p=.*/, 'p=short', '08P01'],
    [/p=.*/, 'p=****', '08P01'],
    [/r=rOpr/, 'r=xOpr', '08P01'],
    [/c=biws/, 'c=eSws', '28000'],
    [/c=biws/, 'c=!', '28000'],
  ]
  for (const [found, put, sqlState] of cases) {
    const scram = server()
    scram.first(Buffer.from(rfc7677.clientFirst))
    const message = rfc7677.clientFinal.replace(found, put)
    t.throws(() => scram.final(Buffer.from(message)), { name: 'FatalError', sqlState }, message)
  }
  const scram = server()
  scram.first(Buffer.from(rfc7677.clientFirst))
  const flipped = rfc7677.clientFinal.replace('p=dH', 'p=eH')
  t.equal(scram.final(Buffer.from(flipped)), undefined)
})

t.test('an upstream that breaks a rule is not believed', async t => {
  const cases: [RegExp, string, RegExp][] = [
    [/i=4096/, 'i=1000001', /1000001 SCRAM iterations/],
    [/i=4096/, 'i=0', /malformed/],
    [/i=4096/, 'i=99999999999', /malformed/],
    [/r=rOpr/, 'r=xOpr', /nonce/],
    [/%hvYDpWUa2RaTCAfuxFIlj\)hNlF\$k0/, '', /nonce/],
    [/s=[^,]*/, 's=', /salt/],
    [/s=[^,]*/, 's=***', /salt/],
    [/.*/, 'e=other-error', /malformed/],
  ]
  for (const [found, put, message] of cases) {
    const scram = client({ user: 'user', nonce: rfc7677.clientNonce })
    const said = rfc7677.serverFirst.replace(found, put)
    await t.rejects(scram.final(Buffer.from(said)), { name: 'UpstreamError', message }, said)
  }
  const scram = client({ user: 'user', nonce: rfc7677.clientNonce })
  t.throws(() => scram.verify(Buffer.from(rfc7677.serverFinal)), /did not prove/, 'too early')
  await scram.final(Buffer.from(rfc7677.serverFirst))
  await t.rejects(scram.final(Buffer.from(rfc7677.serverFirst)), /twice/)
  for (const said of [
    '',
    'v=',
    'v=AAAA',
    'e=invalid-proof',
    rfc7677.serverFinal.replace('6r', '7r'),
  ]) {
    t.throws(() => scram.verify(Buffer.from(said)), /did not prove/, said)
  }
  t.equal(scram.verified, false)
})

t.test('passwords are prepared as Postgres prepares them', async t => {
  t.equal(saslprep('pencil'), 'pencil')
  // https://www.rfc-editor.org/rfc/rfc4013#section-3
  t.equal(saslprep('I\u00adX'), 'IX')
  t.equal(saslprep('\u00aa'), 'a')
  t.equal(saslprep('\u2168'), 'IX')
  t.equal(saslprep('a\u00a0b'), 'a b')
  t.equal(saslprep('\u0007'), '\u0007')
  t.equal(saslprep('\u00e4\u0007\u2168'), '\u00e4\u0007\u2168', 'prohibited: as it is')
  t.equal(saslprep('\u0627\u0031'), '\u0627\u0031', 'right-to-left that ends otherwise: as it is')
  t.equal(saslprep('\u0627\ufb50'), '\u0627\u0671', 'right-to-left throughout')
  t.equal(saslprep('\u{1f600}\u2168'), '\u{1f600}\u2168', 'unassigned in Unicode 3.2: as it is')
  t.equal(saslprep('\u00ad'), '\u00ad', 'nothing left: as it is')
})
