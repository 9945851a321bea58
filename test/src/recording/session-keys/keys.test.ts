/** Rotating, erasing and holding, and anchors in their places. */

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import {
  CreateBucketCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { keysCommand } from '../../../../src/cli/keys.ts'
import { openLocalKeys } from '../../../../src/keys/local.ts'
import { keptSecret } from '../../../../src/keys/secret.ts'
import { ClickHouseAnchors } from '../../../../src/recording/anchors/clickhouse.ts'
import { FileAnchors } from '../../../../src/recording/anchors/file.ts'
import { S3Anchors } from '../../../../src/recording/anchors/s3.ts'
import { JournalReader } from '../../../../src/recording/reading/reader.ts'
import { verifyJournal } from '../../../../src/recording/verify/verify.ts'
import { startMoto } from '../../../support/moto.ts'
import { collect, type Place, place, run, sessionStart } from '../../../support/recorded-place.ts'

async function keys(
  here: Place,
  ...args: string[]
): Promise<{ readonly code: number; readonly out: string }> {
  let code = 0
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = {
    ...{ stdin: process.stdin, stdout, stderr, env: {}, signal: new AbortController().signal },
    exitCode: (given: 0 | 1 | 2) => {
      code = given
    },
  }
  const command = keysCommand(io).exitOverride()
  await command.parseAsync(['node', 'keys', ...args, '--data-dir', here.dir])
  return { code, out: String(stdout.read() ?? '') + String(stderr.read() ?? '') }
}

async function recorded(t: Test): Promise<Place> {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  for (const [id, user] of [
    ['one', 'ada'],
    ['two', 'bob'],
    ['three', 'bob'],
  ] as const) {
    const session = await recorder.openSession(sessionStart(id, user))
    run(session, `SELECT '${id}'`, 'row')
    await session.end('left')
  }
  await recorder.close()
  return here
}

async function texts(here: Place, id: string): Promise<readonly (string | undefined)[]> {
  const keysNow = await openLocalKeys(join(here.dir, 'keys', 'local.json'))
  const all = await collect(new JournalReader({ dir: here.journal, keys: keysNow }).happenings(id))
  return all.flatMap(each => (each.type === 'statement' ? [each.text] : []))
}

t.test(
  'rotating leaves everything readable and verifiable, and the former key opens nothing',
  async t => {
    const here = await recorded(t)
    const path = join(here.dir, 'keys', 'local.json')
    const secret = await keptSecret(here.keys, join(here.dir, 'keys'), 'masking')
    const former = await readFile(join(here.journal, '00000001.keys'), 'utf8')
    const { code, out } = await keys(here, 'rotate')
    t.equal(code, 0, out)
    t.match(out, /3 keys of sessions wrapped anew/)
    const now = await openLocalKeys(path)
    t.strictSame(await keptSecret(now, join(here.dir, 'keys'), 'masking'), secret)
    t.strictSame(await texts(here, 'one'), ["SELECT 'one'"])
    const recorder = await here.open({ keys: now })
    run(await recorder.openSession(sessionStart('four')), 'SELECT 4', 'row')
    await recorder.close()
    const report = await verifyJournal({ dir: here.journal, publicKey: now.publicKeys, keys: now })
    t.strictSame(report.findings, [], 'signed by both keys')
    const newest = await verifyJournal({ dir: here.journal, publicKey: now.publicKey })
    t.not(newest.findings.length, 0, 'the newest key alone did not sign all of it')
    const wrapped = Buffer.from(
      (JSON.parse(former.split('\n')[0] ?? '') as { wrapped: string }).wrapped,
      'base64',
    )
    await t.rejects(
      now.unwrap(wrapped, {}),
      { code: 'COUNTERSIGN_KEY_UNUSABLE' },
      'backups are useless',
    )
    t.match((await keys(here, 'status')).out, /4 with a key, 3 of them wrapped anew, 0 erased/)
  },
)

t.test('keys are not rotated while a proxy writes the journal', async t => {
  const here = await recorded(t)
  const recorder = await here.open()
  t.match(await keys(here, 'rotate'), { code: 1, out: /process \d+ writes it/ })
  await recorder.close()
})

t.test('a shredded session cannot be read, and its chain still stands', async t => {
  const here = await recorded(t)
  const would = await keys(here, 'shred', '--user', 'bob', '--reason', 'request 4711')
  t.match(would, { code: 0, out: /2 sessions would be erased/ })
  t.strictSame(await texts(here, 'two'), ["SELECT 'two'"])
  const done = await keys(here, 'shred', '--user', 'bob', '--reason', 'request 4711', '--yes')
  t.match(done, { code: 0, out: /2 sessions erased/ })
  t.strictSame(await texts(here, 'two'), [undefined])
  t.strictSame(await texts(here, 'one'), ["SELECT 'one'"])
  const { publicKey } = here.keys
  const report = await verifyJournal({ dir: here.journal, publicKey, keys: here.keys })
  t.strictSame(report.findings, [])
  t.match(report.notes, [/two: erased at .*request 4711/, /three: erased/])
  t.match(await keys(here, 'shred', '--reason', 'x'), { code: 2, out: /expected --session/ })
})

t.test('a legal hold keeps a session from being shredded until it is released', async t => {
  const here = await recorded(t)
  t.equal((await keys(here, 'hold', 'case-17', '--user', 'bob', '--reason', 'court')).code, 0)
  t.match((await keys(here)).out, /hold +case-17: user bob; court/)
  const shred = ['shred', '--before', '2030-01-01', '--reason', 'old', '--yes'] as const
  t.match(await keys(here, ...shred), {
    code: 1,
    out: /1 sessions erased[\s\S]*held by case-17: two/,
  })
  t.strictSame(await texts(here, 'two'), ["SELECT 'two'"])
  t.equal((await keys(here, 'release', 'case-17')).code, 0)
  t.match(await keys(here, ...shred), { code: 0, out: /2 sessions erased/ })
})

t.test('what is written now is left for later, and said', async t => {
  const here = await recorded(t)
  const recorder = await here.open()
  const session = await recorder.openSession(sessionStart('now'))
  await session.end('left')
  const args = ['shred', '--session', 'now', '--reason', 'x', '--yes']
  t.match(await keys(here, ...args), { code: 1, out: /1 not yet/ })
  await recorder.close()
  t.match(await keys(here, ...args), { code: 0, out: /1 sessions erased/ })
})

/** A journal anchored there, whose last segment is then removed with everything that names it. */
async function missed(t: Test, anchors: Parameters<Place['open']>[0]): Promise<Place> {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ ...anchors, segmentBytesMax: 2_000 })
  const session = await recorder.openSession(sessionStart('anchored'))
  for (let number = 0; number < 8; number += 1) run(session, `SELECT ${number}`, 'x'.repeat(300))
  await recorder.close()
  t.match(recorder.anchors, [{ state: 'anchored' }])
  return here
}

t.test('anchors come to S3 under object lock, and can be read there', async t => {
  const moto = await startMoto(t)
  const [bucket, region] = ['anchors', 'us-east-1']
  const client = new S3Client({ region, endpoint: moto.endpoint, forcePathStyle: true })
  t.teardown(() => client.destroy())
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }))
  await client.send(
    new PutObjectLockConfigurationCommand({
      Bucket: bucket,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
    }),
  )
  const { endpoint } = moto
  const config = { kind: 's3', bucket, prefix: 'prod/', region, endpoint, lockDays: 30 } as const
  const here = await missed(t, { anchors: [new S3Anchors(config)] })
  const reading = new S3Anchors(config)
  t.teardown(() => reading.close())
  const anchors = await reading.list()
  t.ok(anchors.length > 0)
  const report = await verifyJournal({ dir: here.journal, publicKey: here.keys.publicKey, anchors })
  t.strictSame(report.findings, [])
  t.match(report.anchored, { unanchored: 0 })
})

t.test('anchors come to a ClickHouse', async t => {
  // What of its HTTP interface an insert and a select need; the tables themselves are ClickHouse's.
  const { Session } = await import('chdb')
  const store = new Session()
  t.teardown(() => store.cleanup())
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (chunk: Buffer) => parts.push(chunk))
    request.on('end', () => {
      const { searchParams } = new URL(request.url ?? '', 'http://localhost')
      const body = Buffer.concat(parts).toString()
      const query = [searchParams.get('query'), body].filter(Boolean).join('\n')
      try {
        response.end(store.query(query))
      } catch (error) {
        response.writeHead(500).end(String(error))
      }
    })
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const config = { kind: 'clickhouse', url, database: 'default' } as const
  const options = { ...config, username: undefined, password: undefined }
  const here = await missed(t, { anchors: [new ClickHouseAnchors(options)] })
  const reading = new ClickHouseAnchors(options)
  t.teardown(() => reading.close())
  const anchors = await reading.list()
  t.ok(anchors.length > 0)
  const report = await verifyJournal({ dir: here.journal, publicKey: here.keys.publicKey, anchors })
  t.strictSame(report.findings, [])
})

t.test('a place that is away gets the newest head once it is back', async t => {
  const here = await place()
  t.teardown(here.remove)
  const file = new FileAnchors(join(here.dir, 'anchors.ndjson'))
  let away = true
  const failing = {
    name: 'test',
    put: (...args: Parameters<FileAnchors['put']>) =>
      away ? Promise.reject(new Error('it is away')) : file.put(...args),
    list: () => file.list(),
    close: () => file.close(),
  }
  const recorder = await here.open({ anchors: [failing], headMs: 20 })
  const session = await recorder.openSession(sessionStart('one'))
  run(session, 'SELECT 1', 'x')
  while (recorder.anchors[0]?.state !== 'away') await new Promise(resolve => setImmediate(resolve))
  t.match(recorder.anchors, [{ state: 'away', why: 'it is away' }])
  away = false
  await recorder.close()
  t.match(recorder.anchors, [{ state: 'anchored' }])
  const { publicKey } = here.keys
  const report = await verifyJournal({ dir: here.journal, publicKey, anchors: await file.list() })
  t.strictSame(report.findings, [])
  t.match(report.anchored, { unanchored: 0 })
})
