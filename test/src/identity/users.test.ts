/** Who may come in, and that strangers cannot be told from users. */
import t from 'tap'
import { nativePassword } from '../../../src/identity/native-password.ts'
import { saslPrepare } from '../../../src/identity/sasl-prep.ts'
import {
  deriveCredential,
  formatVerifier,
  parseVerifier,
  scramVerifier,
} from '../../../src/identity/scram-verifier.ts'
import { Users } from '../../../src/identity/users.ts'

const secret = Buffer.alloc(32, 7)

t.test('keys are those of RFC 7677', async t => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
  const credential = await deriveCredential('pencil', salt, 4096)
  t.equal(
    formatVerifier(credential),
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  )
  t.strictSame(parseVerifier(formatVerifier(credential)), credential)
})

t.test('what is no verifier is not taken for one', async t => {
  const sound = await scramVerifier('x')
  const cases = [
    '',
    'md5abc',
    'SCRAM-SHA-256$4096:AA==$AA==:AA==',
    sound.replace('4096', '0'),
    sound.replace('4096', '9999999'),
    `${sound}x y`,
    sound.slice(0, -10),
  ]
  for (const text of cases) t.equal(parseVerifier(text), undefined, text.slice(0, 20))
})

t.test('SASLprep: mapped, normalised, or left alone', async t => {
  const cases: [string, string][] = [
    ['pencil', 'pencil'],
    ['tab\there', 'tab\there'],
    ['I\u00adX', 'IX'],
    ['a\u00a0b', 'a b'],
    ['\u00aa', 'a'],
    ['\u2168', 'IX'],
    ['\u0627\u0031', '\u0627\u0031'],
    ['é\u0007', 'é\u0007'],
    ['\u{1f600}\u2168', '\u{1f600}\u2168'],
    ['\u00ad', '\u00ad'],
  ]
  for (const [password, expected] of cases) {
    t.equal(saslPrepare(password).toString('utf8'), expected, JSON.stringify(password))
  }
})

async function users(): Promise<Users> {
  return new Users(
    [
      {
        name: 'ann',
        credential: await scramVerifier('right'),
        kind: 'person',
        groups: ['analysts'],
        databases: ['shop', 'dev-*'],
      },
      {
        name: 'bot',
        credential: await scramVerifier('robot'),
        kind: 'agent',
        groups: [],
        owner: 'ann',
        purpose: 'answers',
      },
    ],
    secret,
  )
}

t.test('the right password gives the identity, anything else nothing', async t => {
  const all = await users()
  t.equal(await all.verifyPassword('ann', 'right'), all.find('ann'))
  t.equal(await all.verifyPassword('ann', 'wrong'), undefined)
  t.equal(await all.verifyPassword('ann', ''), undefined)
  t.equal(await all.verifyPassword('nobody', 'right'), undefined)
  t.match(await all.verifyPassword('bot', 'robot'), { kind: 'agent', owner: 'ann' })
})

t.test('a stranger is asked like a user, the same each time', async t => {
  const all = await users()
  const decoy = all.credential('nobody')
  t.strictSame(all.credential('nobody'), decoy)
  t.strictSame((await users()).credential('nobody'), decoy, 'over restarts')
  t.notSame(all.credential('nobody2').salt, decoy.salt)
  t.notSame(new Users([], Buffer.alloc(32, 8)).credential('nobody').salt, decoy.salt)
  const real = all.credential('ann')
  t.equal(decoy.iterations, real.iterations)
  t.equal(decoy.salt.length, real.salt.length)
  t.equal(decoy.storedKey.length, 32)
})

t.test('a stranger has the old MySQL password when most users have', async t => {
  const native = nativePassword('right')
  const credential = await scramVerifier('right')
  const user = (name: string, more = {}) =>
    ({ name, credential, kind: 'person', groups: [], ...more }) as const
  const few = new Users([user('a'), user('b'), user('c', { nativePassword: native })], secret)
  t.strictSame(few.credential('c').nativePassword, native)
  t.equal(few.credential('a').nativePassword, undefined)
  t.equal(few.credential('nobody').nativePassword, undefined)
  const many = new Users(
    [user('a'), ...['b', 'c'].map(n => user(n, { nativePassword: native }))],
    secret,
  )
  const decoy = many.credential('nobody').nativePassword
  t.equal(decoy?.length, 20)
  t.strictSame(many.credential('nobody').nativePassword, decoy)
})

t.test('databases are opened by glob, and by nobody who is not a user', async t => {
  const all = await users()
  const ann = all.find('ann')
  const bot = all.find('bot')
  if (!ann || !bot) throw new Error('expected both users')
  t.equal(all.mayUse(ann, 'shop'), true)
  t.equal(all.mayUse(ann, 'dev-7'), true)
  t.equal(all.mayUse(ann, 'shop2'), false)
  t.equal(all.mayUse(bot, 'anything'), true)
  t.equal(all.mayUse({ ...ann, name: 'gone' }, 'shop'), false)
})

t.test('a credential that is no verifier is a mistake of the program', async t => {
  const bad = { name: 'x', credential: 'plain', kind: 'person', groups: [] } as const
  t.throws(() => new Users([bad], secret), { message: /verifier for x/ })
})
