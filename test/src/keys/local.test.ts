import { generateKeyPairSync, verify } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { localKeysPath, openLocalKeys } from '../../../src/keys/local.ts'

async function folder(t: { teardown(work: () => Promise<void>): void }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-keys-'))
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  return localKeysPath(dir)
}

t.test('keys are made once, and only their owner may read them', async t => {
  const path = await folder(t)
  const keys = await openLocalKeys(path)
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.equal((await stat(join(path, '..'))).mode & 0o777, 0o700)
  const again = await openLocalKeys(path, { create: false })
  t.equal(again.publicKey, keys.publicKey)
  const { wrapped, plain } = await keys.dataKey({ session: 'a', v: '1' })
  t.strictSame(await again.unwrap(wrapped, { v: '1', session: 'a' }), plain)
})

t.test('two first starts at once end with the same keys', async t => {
  const path = await folder(t)
  const all = await Promise.all([1, 2, 3, 4].map(() => openLocalKeys(path)))
  t.equal(new Set(all.map(({ publicKey }) => publicKey)).size, 1)
})

t.test('a data key opens with its own context and its own wrapping key only', async t => {
  const keys = await openLocalKeys(await folder(t))
  const other = await openLocalKeys(await folder(t))
  const { wrapped, plain } = await keys.dataKey({ session: 'a' })
  t.equal(plain.length, 32)
  t.notOk(wrapped.includes(plain))
  const unusable = { code: 'COUNTERSIGN_KEY_UNUSABLE' }
  await t.rejects(keys.unwrap(wrapped, { session: 'b' }), unusable)
  await t.rejects(other.unwrap(wrapped, { session: 'a' }), unusable)
  await t.rejects(keys.unwrap(wrapped.subarray(1), { session: 'a' }), unusable)
  const flipped = Buffer.from(wrapped)
  flipped[20] = (flipped[20] ?? 0) ^ 1
  await t.rejects(keys.unwrap(flipped, { session: 'a' }), unusable)
})

t.test('a signature is checked with the public key alone', async t => {
  const keys = await openLocalKeys(await folder(t))
  const signature = await keys.sign(Buffer.from('head'))
  t.equal(signature.length, 64)
  t.ok(verify(null, Buffer.from('head'), keys.publicKey, signature))
  t.notOk(verify(null, Buffer.from('heaD'), keys.publicKey, signature))
  t.notOk(verify(null, Buffer.from('head'), generateKeyPairSync('ed25519').publicKey, signature))
})

t.test('keys that others may read are refused, and the message says what to do', async t => {
  const path = await folder(t)
  await openLocalKeys(path)
  await chmod(path, 0o640)
  await t.rejects(openLocalKeys(path), { code: 'COUNTERSIGN_KEY_UNUSABLE', message: /chmod 600/ })
  await chmod(path, 0o600)
  await chmod(join(path, '..'), 0o755)
  await t.rejects(openLocalKeys(path), { message: /chmod 700/ })
})

t.test('a damaged file is refused without quoting it, and never replaced', async t => {
  const path = await folder(t)
  await openLocalKeys(path)
  const whole = await readFile(path, 'utf8')
  for (const damaged of [
    '',
    '{}',
    whole.slice(0, 40),
    whole.replace('"version":2', '"version":3'),
  ]) {
    await writeFile(path, damaged)
    const error = await openLocalKeys(path).catch((cause: unknown) => cause)
    t.match(error, { code: 'COUNTERSIGN_KEY_UNUSABLE' })
    t.notOk(String(error).includes(whole.slice(30, 40)))
    t.equal(await readFile(path, 'utf8'), damaged)
  }
})

t.test('a reader makes no keys', async t => {
  const path = await folder(t)
  await t.rejects(openLocalKeys(path, { create: false }), { code: 'ENOENT' })
  await t.rejects(stat(path), { code: 'ENOENT' })
})
