/**
 * Many sessions at once, and something that breaks meanwhile. Afterwards the server's own log, what
 * every client was told, and what the recording holds are compared: nothing that ran is missing,
 * nothing is there twice, and whoever was refused was told so.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import type { EmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'
import { storedKeys } from '../../src/keys/open.ts'
import { archiveSource } from '../../src/recording/archive/socket.ts'
import type { ShapeEntry } from '../../src/recording/journal/clear.ts'
import { listSegments, readSegment } from '../../src/recording/journal/segment.ts'
import { type OpenedRecord, Unsealer } from '../../src/recording/journal/unseal.ts'
import { happeningsOf } from '../../src/recording/reading/happenings.ts'
import { JournalReader, sessionOf } from '../../src/recording/reading/reader.ts'
import { verifyJournal } from '../../src/recording/verify/verify.ts'
import type { Moto } from './moto.ts'
import { type Proxy as RunningProxy, startProxy } from './proxy.ts'
import { seededRandom } from './seeded-random.ts'

export const faults = ['kill', 'full disk', 'archive away', 'archive killed', 'kms hangs'] as const
export type CrashFault = (typeof faults)[number]

export interface CrashRun {
  readonly seed: number
  readonly fault: CrashFault
  readonly sessions: number
  /** Statements of each session, unless it breaks before. */
  readonly statements: number
}

export interface CrashParts {
  readonly upstream: EmbeddedPostgres
  readonly kms?: { readonly moto: Moto; readonly config: string }
}

export interface CrashFigures {
  readonly ran: number
  readonly recorded: number
  readonly refused: number
  readonly refusedLogins: number
  readonly lost: number
  readonly archived: number | undefined
  /** What must not be: empty. */
  readonly wrong: readonly string[]
}

interface Told {
  readonly done: Set<string>
  /** With an SQLSTATE of ours: it did not run. */
  readonly refused: Set<string>
  /** The connection went away meanwhile: it ran, or not. */
  readonly unknown: Set<string>
  refusedLogins: number
  readonly wrong: string[]
}

/** A server for all runs; `startProxy` has to make what is in it. */
export async function crashUpstream(t: Test): Promise<EmbeddedPostgres> {
  const settings = { max_connections: '400' }
  const { upstream } = await startProxy(t, { log: true, settings, customers: 200 })
  return upstream
}

/** Those who use it do not stop it. */
function lent(upstream: EmbeddedPostgres): EmbeddedPostgres {
  return Object.create(upstream, { stop: { value: async () => undefined } }) as EmbeddedPostgres
}

export async function crashRun(t: Test, run: CrashRun, parts: CrashParts): Promise<CrashFigures> {
  const archived = run.fault.startsWith('archive')
  const { kms } = parts
  const proxy = await startProxy(t, {
    recording: `rows: true, archive: ${archived ? 'embedded' : 'none'}`,
    upstream: lent(parts.upstream),
    ...(run.fault === 'kms hangs' && kms !== undefined && { more: kms.config }),
  })
  const path = join(proxy.dataDir, 'archive')
  if (run.fault === 'archive away') {
    // What cannot be a folder cannot be opened: it is away from the first to the last statement.
    await proxy.restart('SIGTERM')
    await rm(path, { recursive: true, force: true })
    await writeFile(path, '')
    await proxy.restart('SIGKILL')
  }
  const told: Told = {
    ...{ done: new Set(), refused: new Set(), unknown: new Set() },
    ...{ refusedLogins: 0, wrong: [] },
  }
  await load(proxy, run, told, kms)
  if (run.fault === 'archive away') await rm(path, { force: true })
  await proxy.restart('SIGTERM')
  return figures(proxy, run, told, archived)
}

async function load(
  proxy: RunningProxy,
  run: CrashRun,
  told: Told,
  kms: CrashParts['kms'],
): Promise<void> {
  const random = seededRandom(run.seed)
  const all = run.sessions * run.statements
  const from = Math.floor(all * (0.2 + random.below(40) / 100))
  const until = Math.min(all - 1, from + Math.floor(all / 5))
  let said = 0
  const progress = (): void => {
    said += 1
    if (said === from) strike(proxy, run.fault, kms)
    if (said === until) relent(proxy, run.fault, kms)
  }
  const clients = Array.from({ length: run.sessions }, (_, number) =>
    session(proxy, run, number, told, progress),
  )
  await Promise.all(clients)
  relent(proxy, run.fault, kms)
}

function strike(proxy: RunningProxy, fault: CrashFault, kms: CrashParts['kms']): void {
  if (fault === 'kill') proxy.child.kill('SIGKILL')
  if (fault === 'full disk') limitFiles(proxy, '1000')
  if (fault === 'kms hangs' && kms !== undefined) kms.moto.fault = 'hang'
  if (fault === 'archive killed') killArchive(proxy)
}

function relent(proxy: RunningProxy, fault: CrashFault, kms: CrashParts['kms']): void {
  if (fault === 'full disk') limitFiles(proxy, 'unlimited')
  if (fault === 'kms hangs' && kms !== undefined) kms.moto.fault = 'none'
  if (fault === 'archive killed') killArchive(proxy)
}

/** write(2) fails with EFBIG as it would with ENOSPC. */
function limitFiles(proxy: RunningProxy, bytes: string): void {
  execFileSync('prlimit', [`--fsize=${bytes}:unlimited`, '--pid', String(proxy.child.pid)])
}

/** The one child that the proxy has. */
function killArchive(proxy: RunningProxy): void {
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
      if (Number(parent) === proxy.child.pid) process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It ended while we looked.
    }
  }
}

/** Inserts as text and with parameters, reads, transactions; and comes again now and then. */
async function session(
  proxy: RunningProxy,
  run: CrashRun,
  number: number,
  told: Told,
  progress: () => void,
): Promise<void> {
  const random = seededRandom(run.seed * 1000 + number)
  let client: pg.Client | undefined
  for (let i = 0; i < run.statements; i += 1) {
    client ??= await connected(proxy, run.fault, told)
    const what = `run-${run.seed}-${number}-${i}-end`
    if (client !== undefined) await statement(client, random.below(5), what, told)
    progress()
    const broken = told.unknown.has(what)
    if (broken || random.below(20) === 0) {
      await client?.end().catch(() => undefined)
      client = undefined
    }
    // A proxy that was killed is not there to be asked again.
    if (broken && run.fault === 'kill') {
      for (let rest = i + 1; rest < run.statements; rest += 1) progress()
      return
    }
  }
  await client?.end().catch(() => undefined)
}

async function connected(
  proxy: RunningProxy,
  fault: CrashFault,
  told: Told,
): Promise<pg.Client | undefined> {
  const client = new pg.Client(proxy.client())
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    const { code } = error as { readonly code?: string }
    // Told in the protocol's own words, or there is nobody to tell it.
    if (code !== undefined) told.refusedLogins += 1
    else if (fault !== 'kill') {
      told.wrong.push(`a login ended without a word: ${String(error)}`)
    }
    return undefined
  }
}

async function statement(client: pg.Client, kind: number, what: string, told: Told): Promise<void> {
  try {
    if (kind === 0) await client.query(`INSERT INTO audit (what) VALUES ('${what}')`)
    else if (kind === 1) await client.query('INSERT INTO audit (what) VALUES ($1)', [what])
    else if (kind === 2) await client.query(`SELECT *, '${what}' FROM orders`)
    else if (kind === 3)
      await client.query(`SELECT id, email FROM customers WHERE name <> '${what}'`)
    else await client.query(`BEGIN; INSERT INTO audit (what) VALUES ('${what}'); COMMIT`)
    told.done.add(what)
  } catch (error) {
    const { code } = error as { readonly code?: string }
    if (code === '58030') told.refused.add(what)
    else if (code === undefined || code.startsWith('57') || code.startsWith('E')) {
      told.unknown.add(what)
    } else told.wrong.push(`${what}: ${code} ${String(error)}`)
  }
}

interface Read {
  readonly id: string
  readonly unsealer: Unsealer
  readonly shapes: Map<number, ShapeEntry>
  readonly statements: Set<number>
  readonly hashes: string[]
}

async function figures(
  proxy: RunningProxy,
  { seed }: CrashRun,
  told: Told,
  archived: boolean,
): Promise<CrashFigures> {
  const mark = new RegExp(`run-${seed}-\\d+-\\d+-end`, 'g')
  const wrong = [...told.wrong]
  const ran = new Set((await proxy.ran()).match(mark))
  const dir = join(proxy.dataDir, 'journal')
  const keys = await storedKeys(proxy.dataDir)
  const reader = new JournalReader({ dir, keys })
  const recorded = new Map<string, number>()
  const sessions = new Map<number, Read>()
  const look = (read: Read, opened: OpenedRecord): void => {
    for (const each of happeningsOf(opened, read.shapes)) {
      if (each.type !== 'statement') continue
      const { statement: number } = each
      if (read.statements.has(number))
        wrong.push(`statement ${number} of ${read.id} is there twice`)
      read.statements.add(number)
      const said = [each.text ?? '', ...each.parameters.map(String)].join(' ')
      for (const what of new Set(said.match(mark))) {
        recorded.set(what, (recorded.get(what) ?? 0) + 1)
      }
    }
  }
  for (const segment of await listSegments(dir)) {
    for (const record of (await readSegment(dir, segment)).records) {
      if (record.session === 0) continue
      let read = sessions.get(record.session)
      if (read === undefined) {
        const id = sessionOf(record)?.id ?? ''
        const unsealer = new Unsealer(await reader.key(record), id)
        read = { id, unsealer, shapes: new Map(), statements: new Set(), hashes: [] }
        sessions.set(record.session, read)
      }
      read.hashes.push(record.hash.toString('hex'))
      for (const opened of read.unsealer.push(record)) look(read, opened)
    }
  }
  for (const read of sessions.values()) {
    for (const opened of read.unsealer.end()) look(read, opened)
  }
  const hashes = new Map([...sessions.values()].map(read => [read.id, read.hashes]))
  for (const what of ran) if (!recorded.has(what)) wrong.push(`${what} ran and is not recorded`)
  for (const what of told.done)
    if (!ran.has(what)) wrong.push(`${what} was answered and did not run`)
  for (const what of told.refused) if (ran.has(what)) wrong.push(`${what} was refused and ran`)
  for (const [what, count] of recorded) {
    if (count > 1) wrong.push(`${what} is recorded ${count} times`)
  }
  const report = await verifyJournal({ dir, publicKey: keys.publicKeys, keys })
  wrong.push(...report.findings.map(({ what, segment }) => `verify: segment ${segment}: ${what}`))
  return {
    ...{ ran: ran.size, recorded: recorded.size, refused: told.refused.size, wrong },
    ...{ refusedLogins: told.refusedLogins, lost: told.unknown.size },
    archived: archived ? await compareArchive(proxy, hashes, wrong) : undefined,
  }
}

/** Waits until all is there; then it has to be there once, and as it is in the journal. */
async function compareArchive(
  proxy: RunningProxy,
  hashes: ReadonlyMap<string, readonly string[]>,
  wrong: string[],
): Promise<number> {
  let records = 0
  for (const [id, own] of hashes) {
    for (let got: readonly string[] = []; got.length < own.length; ) {
      got = await archivedHashes(proxy, id)
      if (got.length < own.length) await new Promise(resolve => setTimeout(resolve, 500))
      else if (got.join() !== own.join()) wrong.push(`session ${id} is another in the archive`)
    }
    records += own.length
  }
  return records
}

async function archivedHashes(proxy: RunningProxy, id: string): Promise<readonly string[]> {
  try {
    const source = await archiveSource(proxy.dataDir)
    const got: string[] = []
    for await (const { hash } of source.records(id)) got.push(hash.toString('hex'))
    await source.close()
    return got
  } catch {
    // Not open yet, or it broke off: asked again.
    return []
  }
}
