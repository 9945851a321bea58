/** 200 seeded tamperings, each found; 200 sessions that nobody touched, each clean. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { anchorsIn } from '../../../../src/recording/anchors/anchor.ts'
import { FileAnchors } from '../../../../src/recording/anchors/file.ts'
import { RecordKind } from '../../../../src/recording/journal/record.ts'
import { place, run, sessionStart } from '../../../support/recorded-place.ts'
import {
  type JournalFiles,
  readJournal,
  recordsOf,
  rewritten,
  strangersKey,
  verifyFiles,
} from '../../../support/rewritten-journal.ts'
import { type SeededRandom, seededRandom } from '../../../support/seeded-random.ts'

const seed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? 20_261_121)
const tamperings = 200

/** Several segments, sessions over several of them, anchored at the end. */
const here = await place()
t.teardown(here.remove)
const anchorFile = join(here.dir, 'anchors.ndjson')
const recorder = await here.open({
  segmentBytesMax: 9_000,
  anchors: [new FileAnchors(anchorFile)],
})
for (let group = 0; group < 4; group += 1) {
  const sessions = await Promise.all(
    [0, 1, 2].map(n => recorder.openSession(sessionStart(`session-${group}-${n}`))),
  )
  for (let number = 0; number < 4; number += 1) {
    for (const session of sessions) run(session, `SELECT ${number}`, 'row '.repeat(60))
  }
  for (const session of sessions.slice(group % 2)) await session.end('left')
}
await recorder.close()
const original = await readJournal(here.journal)
const segments = [...original.segments.keys()]
const lastSegment = segments.at(-1) ?? 0
const anchors = anchorsIn(await readFile(anchorFile, 'utf8'))
const trusted = { publicKey: here.keys.publicKey, anchors }

type Tamper = (random: SeededRandom) => JournalFiles

function withSegment(segment: number, bytes: Buffer | undefined): JournalFiles {
  const copy = new Map(original.segments)
  if (bytes === undefined) copy.delete(segment)
  else copy.set(segment, bytes)
  return { ...original, segments: copy }
}

/** Lines about a segment are gone, too. */
function unmentioned(files: JournalFiles, segment: number): JournalFiles {
  const lines = files.heads.split('\n').filter(line => !line.includes(`"segment":${segment},`))
  return { ...files, heads: lines.join('\n') }
}

function joined(records: readonly { readonly bytes: Buffer }[]): Buffer {
  return Buffer.concat(records.map(({ bytes }) => bytes))
}

function pick<T>(random: SeededRandom, of: readonly T[]): T {
  const picked = of[random.below(of.length)]
  if (picked === undefined) throw new Error('nothing to pick from')
  return picked
}

function sessionRecord(random: SeededRandom) {
  const all = segments.flatMap(segment => recordsOf(original, segment))
  return pick(
    random,
    all.filter(({ kind }) => kind === RecordKind.Session),
  )
}

const kinds: Readonly<Record<string, Tamper>> = {
  byte: random => {
    const segment = pick(random, segments)
    const bytes = Buffer.from(original.segments.get(segment) ?? Buffer.alloc(0))
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 + random.below(255))
    return withSegment(segment, bytes)
  },
  record: random => {
    const segment = pick(random, segments)
    const records = recordsOf(original, segment)
    const gone = random.below(records.length)
    return withSegment(segment, joined(records.filter((_, index) => index !== gone)))
  },
  'record, with chains that fit': random => {
    const { hash, clear } = sessionRecord(random)
    const other = clear.toString('utf8').replace(/\d/, digit => String((Number(digit) + 1) % 10))
    const altered = random.below(2) === 0 ? { clear: `${other} ` } : undefined
    return rewritten(original, each => (each.hash.equals(hash) ? altered : {}))
  },
  order: random => {
    const segment = pick(random, segments)
    const records = [...recordsOf(original, segment)]
    const at = random.below(records.length - 1)
    records.splice(at, 2, ...records.slice(at, at + 2).reverse())
    return withSegment(segment, joined(records))
  },
  truncation: random => {
    const segment = pick(random, segments)
    const bytes = original.segments.get(segment) ?? Buffer.alloc(0)
    const files = withSegment(segment, bytes.subarray(0, random.below(bytes.length)))
    return segment === lastSegment ? unmentioned(files, segment) : files
  },
  'removed session': random => {
    const { session } = sessionRecord(random)
    if (random.below(2) === 0)
      return rewritten(original, each => (each.session === session ? undefined : {}))
    const copy = new Map(original.segments)
    for (const segment of segments) {
      copy.set(
        segment,
        joined(recordsOf(original, segment).filter(each => each.session !== session)),
      )
    }
    return { ...original, segments: copy }
  },
  'removed segment': random => {
    const segment = pick(random, segments)
    return unmentioned(withSegment(segment, undefined), segment)
  },
  'replayed segment': random => {
    const from = pick(random, segments)
    const to = pick(random, [...segments.filter(each => each !== from), lastSegment + 1])
    return withSegment(to, original.segments.get(from))
  },
  'swapped sessions': random => {
    const one = sessionRecord(random).session
    const other = pick(
      random,
      [1, 2, 3, 4, 5, 6].filter(each => each !== one),
    )
    return rewritten(original, ({ session }) =>
      session === one ? { session: other } : session === other ? { session: one } : {},
    )
  },
  're-signed with another key': random => {
    const { hash } = sessionRecord(random)
    const altered = random.below(2) === 0 ? undefined : {}
    return rewritten(original, each => (each.hash.equals(hash) ? altered : {}), strangersKey())
  },
}

t.test(`${tamperings} tamperings are found (seed ${seed})`, async t => {
  const random = seededRandom(seed)
  const names = Object.keys(kinds)
  for (let number = 0; number < tamperings; number += 1) {
    const kind = names[number % names.length] ?? ''
    const files = kinds[kind]?.(random) ?? original
    const { findings } = await verifyFiles(files, trusted)
    if (findings.length === 0) t.fail(`${kind}, number ${number}`)
  }
  t.pass(`${names.join('; ')}`)
  t.strictSame((await verifyFiles(original, trusted)).findings, [], 'the original is clean')
})

t.test('written anew, the journal would be clean but for its signatures', async t => {
  const again = rewritten(original, () => ({}))
  for (const segment of segments) {
    t.ok(again.segments.get(segment)?.equals(original.segments.get(segment) ?? Buffer.alloc(0)))
  }
})

t.test('200 sessions that nobody touched are clean, and all of it is anchored', async t => {
  const many = await place()
  t.teardown(many.remove)
  const path = join(many.dir, 'anchors.ndjson')
  const recorder = await many.open({ segmentBytesMax: 60_000, anchors: [new FileAnchors(path)] })
  for (let number = 0; number < 200; number += 1) {
    const session = await recorder.openSession(sessionStart(`session-${number}`))
    for (let each = 0; each < 5; each += 1) run(session, `SELECT ${each}`, 'row')
    if (number % 3 !== 0) await session.end('left')
  }
  await recorder.close()
  const report = await verifyFiles(await readJournal(many.journal), {
    publicKey: many.keys.publicKey,
    anchors: await new FileAnchors(path).list(),
  })
  t.strictSame(report.findings, [])
  t.equal(report.sessions.length, 200)
  t.ok(report.sessions.every(({ signed, records }) => signed === records))
  t.match(report, { unsigned: 0, anchored: { unanchored: 0 } })
})
