import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import t, { type Test } from 'tap'
import { type KmsConfig, openKmsKeys } from '../../../src/keys/aws-kms.ts'
import { JournalReader } from '../../../src/recording/reading/reader.ts'
import type { Recorder } from '../../../src/recording/recorder.ts'
import { verifyJournal } from '../../../src/recording/verify/verify.ts'
import { startMoto } from '../../support/moto.ts'
import { collect, place, run, sessionStart } from '../../support/recorded-place.ts'

const moto = await startMoto(t)
const region = 'eu-central-1'
const client = new KMSClient({ region, endpoint: moto.endpoint })
t.teardown(() => client.destroy())

async function newKey(signs: boolean): Promise<string> {
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand(signs ? { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } : {}),
  )
  return KeyMetadata?.KeyId ?? ''
}

const [key, other, signingKey] = await Promise.all([newKey(false), newKey(false), newKey(true)])
const config: KmsConfig = { key, formerKeys: [], signingKey, region, endpoint: moto.endpoint }

function well(t: Test): void {
  moto.fault = 'none'
  t.teardown(() => {
    moto.fault = 'none'
  })
}

t.test('a data key opens with its own context, and with its own key only', async t => {
  well(t)
  const keys = await openKmsKeys(config)
  const { plain, wrapped } = await keys.dataKey({ session: 'a' })
  t.equal(plain.length, 32)
  t.notOk(wrapped.includes(plain))
  t.strictSame(await keys.unwrap(wrapped, { session: 'a' }), plain)
  const unusable = { code: 'COUNTERSIGN_KEY_UNUSABLE' }
  await t.rejects(keys.unwrap(wrapped, { session: 'b' }), unusable)
  const strange = await openKmsKeys({ ...config, key: other })
  await t.rejects(strange.unwrap(wrapped, { session: 'a' }), unusable)
})

t.test('keys move to another key inside of KMS, and open under both meanwhile', async t => {
  well(t)
  const { plain, wrapped } = await (await openKmsKeys(config)).dataKey({ session: 'a' })
  const moved = await openKmsKeys({ ...config, key: other, formerKeys: [key] })
  t.strictSame(await moved.unwrap(wrapped, { session: 'a' }), plain)
  const again = await moved.rewrap(wrapped, { session: 'a' })
  t.strictSame(
    await (await openKmsKeys({ ...config, key: other })).unwrap(again, { session: 'a' }),
    plain,
  )
})

t.test('what is recorded under KMS is signed by it, and verified offline', async t => {
  well(t)
  const keys = await openKmsKeys(config)
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ keys })
  run(await recorder.openSession(sessionStart(recorder.newSessionId())), 'SELECT 1', 'row')
  await recorder.close()
  // From here on KMS is not asked for anything.
  moto.fault = 'hang'
  const report = await verifyJournal({ dir: here.journal, publicKey: keys.publicKey })
  t.strictSame(report.findings, [])
  t.equal(report.unsigned, 0)
  const local = await verifyJournal({ dir: here.journal, publicKey: here.keys.publicKey })
  t.match(local.findings, [{ what: /not of this key/ }])
  moto.fault = 'none'
  const reader = new JournalReader({ dir: here.journal, keys })
  const id = report.sessions[0]?.id ?? ''
  t.match(await collect(reader.happenings(id)), [{ text: 'SELECT 1' }, { type: 'frames' }])
})

t.test('KMS that hangs is away in bounded time, and logins go on from the pool', async t => {
  well(t)
  const keys = await openKmsKeys(config)
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ keys })
  // The pool fills itself; nothing else asks for data keys here.
  const before = moto.asked.get('GenerateDataKey') ?? 0
  while (recorder.readyKeys < 16) await new Promise(resolve => setImmediate(resolve))
  t.ok((moto.asked.get('GenerateDataKey') ?? 0) - before <= 16)
  moto.fault = 'hang'
  const ids = Array.from({ length: 16 }, () => recorder.newSessionId())
  const sessions = await Promise.all(ids.map(id => recorder.openSession(sessionStart(id))))
  for (const session of sessions) run(session, 'SELECT 1', 'row')
  await t.rejects(
    recorder.openSession(sessionStart(recorder.newSessionId())),
    { code: 'COUNTERSIGN_RECORDING_UNAVAILABLE', cause: { code: 'COUNTERSIGN_KEYS_AWAY' } },
    'then who logs in is told',
  )
  moto.fault = 'none'
  await recorder.close()
  const report = await verifyJournal({ dir: here.journal, publicKey: keys.publicKey, keys })
  t.strictSame(report.findings, [])
  t.equal(report.sessions.length, 16)
})

t.test('each answer of KMS is told by whose fault it is', async t => {
  well(t)
  const keys = await openKmsKeys(config)
  for (const error of ['DisabledException', 'AccessDeniedException', 'KMSInvalidStateException']) {
    moto.fault = { error }
    await t.rejects(keys.dataKey({}), { code: 'COUNTERSIGN_KEY_UNUSABLE', message: error }, error)
  }
  for (const fault of [
    { error: 'ThrottlingException' },
    { error: 'KMSInternalException' },
    { status: 500 },
    { status: 503 },
  ]) {
    moto.fault = fault
    moto.asked.clear()
    const name = JSON.stringify(fault)
    await t.rejects(keys.sign(Buffer.from('x')), { code: 'COUNTERSIGN_KEYS_AWAY' }, name)
    t.equal(moto.asked.get('Sign'), 2, `${name} was tried twice`)
  }
})

t.test('the proxy does not start with keys that it cannot use', async t => {
  well(t)
  await t.rejects(openKmsKeys({ ...config, signingKey: 'nothing' }), {
    code: 'COUNTERSIGN_KEY_UNUSABLE',
  })
  moto.fault = 'hang'
  await t.rejects(openKmsKeys(config), { code: 'COUNTERSIGN_KEYS_AWAY' })
})

t.test('a journal whose end could not be signed is signed at the next start', async t => {
  well(t)
  const keys = await openKmsKeys(config)
  const here = await place()
  t.teardown(here.remove)
  const recorder: Recorder = await here.open({ keys })
  run(await recorder.openSession(sessionStart('unsigned')), 'SELECT 1', 'row')
  moto.fault = { status: 500 }
  await recorder.close()
  const open = await verifyJournal({ dir: here.journal, publicKey: keys.publicKey })
  t.match(open.findings, [{ what: /never signed/ }])
  moto.fault = 'none'
  await (await here.open({ keys })).close()
  const report = await verifyJournal({ dir: here.journal, publicKey: keys.publicKey })
  t.strictSame(report.findings, [])
})
