/** `countersign sessions`: what an auditor asks of the recordings. Reads the journal's files. */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { type Keys, KeysAway, KeyUnusable } from '../keys/keys.ts'
import { storedKeys } from '../keys/open.ts'
import type { Anchor, AnchorPlace } from '../recording/anchors/anchor.ts'
import { FileAnchors } from '../recording/anchors/file.ts'
import { openAnchorPlaces } from '../recording/anchors/places.ts'
import { type ArchiveSource, archiveSource } from '../recording/archive-socket.ts'
import { exportSession, plainEvent, verifyExport } from '../recording/export.ts'
import { JournalReader, NoSuchSession } from '../recording/reader.ts'
import { replay } from '../recording/replay.ts'
import type { SessionPage, SessionQuery } from '../recording/search.ts'
import { searchSessions } from '../recording/session-search.ts'
import {
  type Finding,
  type VerifyReport,
  verifyJournal,
  verifySource,
} from '../recording/verify.ts'
import { archivedJournal } from '../recording/verify-source.ts'
import { visibleLine } from '../recording/visible.ts'
import type { Deps } from './deps.ts'
import { type Io, processIo, safeJson, UsageError } from './io.ts'
import { type ListOptions, listCommand, listSessions } from './session-list.ts'
import { textTable } from './text-table.ts'

interface Place {
  readonly dataDir: string
  readonly from?: string
  readonly json?: true
}

const examples = `
Examples:
  countersign sessions
  countersign sessions list --user ada --since 7d
  countersign sessions replay 0193 --speed 4
  countersign sessions export 0193 > session.ndjson
  countersign sessions verify session.ndjson --public-key auditor.pem
  countersign sessions verify --public-key auditor.pem --anchors anchors.ndjson

An id may be shortened. Exit codes: 0 done, 1 refused or found wrong, 2 used wrongly.`

export function sessionsCommand(deps: Deps, io: Io = processIo()): Command {
  const sessions = new Command('sessions')
    .description('recorded sessions: list, show, replay, export, verify')
    .option('--data-dir <dir>', 'of a proxy on this machine', './countersign-data')
    .option('--from <source>', 'journal or archive: where sessions are read')
    .option('--json', 'for programs')
    .addHelpText('after', examples)
  const guarded =
    <F extends Place>(work: (options: F, id: string) => Promise<void>) =>
    async (...given: unknown[]): Promise<void> => {
      const self = given.at(-1) as Command
      const [id] = self.args
      try {
        await work(self.optsWithGlobals<F>(), id ?? '')
        for (const close of toClose.splice(0)) await close()
      } catch (error) {
        const known = [NoSuchSession, KeyUnusable, KeysAway].some(each => error instanceof each)
        if (!(error instanceof Error) || (!known && !(error instanceof UsageError))) throw error
        io.stderr.write(`countersign: ${visibleLine(error.message)}\n`)
        io.exitCode(error instanceof UsageError ? 2 : 1)
      }
    }

  sessions.addCommand(
    listCommand().action(guarded<Place & ListOptions>(options => list(options, io))),
    { isDefault: true },
  )
  sessions
    .command('show <id>')
    .description('who, when, from where, and every statement')
    .action(guarded((options: Place, id) => show(id, options, io)))
  sessions
    .command('replay <id>')
    .description('plays a session as its client saw it, rows included')
    .option('--speed <times>', 'how much faster', Number, 1)
    .option('--no-wait', 'all at once')
    .action(guarded<ReplayOptions>((options, id) => play(id, options, deps, io)))
  sessions
    .command('export <id>')
    .description('lines of JSON that `verify` can check anywhere')
    .option('--sealed', 'without its key: who has the file cannot read texts and rows')
    .action(guarded<Place & { sealed?: true }>((options, id) => write(id, options, io)))
  sessions
    .command('verify [id]')
    .description('checks the journal, what --from archive has of it, one session, or an export')
    .option('--public-key <file>', 'of the keys that signed (PEM); else those of --data-dir')
    .option('--anchors <file>', 'signed heads that were kept elsewhere, a line of JSON each')
    .option('-c, --config <file>', 'ask the places that its recording.anchors names')
    .action(guarded<VerifyOptions>((options, id) => verify(id || undefined, options, io)))
  sessions
    .command('key')
    .description('prints the public key that an auditor needs')
    .action(guarded(async (options: Place) => print((await open(options)).keys.publicKeys, io)))
  return sessions
}

async function list(options: Place & ListOptions, io: Io): Promise<void> {
  const { reader } = await open(options)
  const asked = options.from !== undefined
  const search = (query: SessionQuery): Promise<SessionPage> =>
    asked ? reader.search(query) : searchSessions(options.dataDir, reader, query)
  await listSessions(options, search, io)
}

async function show(id: string, options: Place, io: Io): Promise<void> {
  const { reader } = await open(options)
  const session = await reader.find(id)
  if (options.json === true) {
    await print(`${safeJson({ type: 'session', ...session })}\n`, io)
    for await (const happening of reader.happenings(session.id)) {
      if (happening.type !== 'frames') await print(`${safeJson(plainEvent(happening))}\n`, io)
    }
    return
  }
  const end = session.endReason === null ? session.state : `${session.state}: ${session.endReason}`
  await print(
    textTable([
      ['session', session.id],
      ['user', `${session.user} (${session.kind})`],
      ['database', `${session.database} (${session.environment})`],
      [
        'from',
        `${session.remoteAddress} ${session.application ?? ''}${session.tls ? ', TLS' : ''}`,
      ],
      ['started', session.startedAt],
      ['state', end],
    ]),
    io,
  )
  for await (const happening of reader.happenings(session.id)) {
    if (happening.type === 'statement') {
      const { statement, atUs, verdict, text, normalized } = happening
      const rules = verdict.rules.length === 0 ? '' : ` (${verdict.rules.join(', ')})`
      const shown = text ?? `sealed: ${normalized}`
      await print(`\n#${statement}  ${clock(atUs)}  ${verdict.kind}${visibleLine(rules)}\n`, io)
      await print(`    ${visibleLine(shown)}\n`, io)
    } else if (happening.type === 'entry' && happening.entry.type === 'statement.end') {
      const { tag, error, rows } = happening.entry
      await print(
        `    ${error === null ? visibleLine(tag ?? '') : `failed: ${visibleLine(error)}`}, ${rows} rows\n`,
        io,
      )
    } else if (happening.type === 'entry') {
      await print(`    -- ${safeJson(happening.entry)}\n`, io)
    }
  }
}

interface ReplayOptions extends Place {
  readonly speed: number
  readonly wait: boolean
}

async function play(id: string, options: ReplayOptions, deps: Deps, io: Io): Promise<void> {
  if (!(options.speed > 0))
    throw new UsageError(`expected --speed to be above 0, got ${options.speed}`)
  const { reader } = await open(options)
  const session = await reader.find(id)
  const { user, database, protocol, startedAt, application } = session
  await print(
    `-- session ${session.id}: ${visibleLine(user)} on ${database}, ${startedAt}, ` +
      `${visibleLine(application ?? 'no application name')}\n`,
    io,
  )
  let lastUs = 0
  const decoder = await deps.decoder(protocol)
  for await (const step of replay(reader.happenings(session.id), database, decoder)) {
    if (options.wait && step.atUs > lastUs) await wait((step.atUs - lastUs) / 1000 / options.speed)
    lastUs = Math.max(lastUs, step.atUs)
    await print(step.text, io)
  }
  if (session.state === 'cut') await print('-- the proxy stopped here, without an end\n', io)
}

async function write(id: string, options: Place & { sealed?: true }, io: Io): Promise<void> {
  const { reader, dir, keys } = await open(options)
  const session = await reader.find(id)
  const publicKey = keys.publicKeys
  const sealed = options.sealed === true
  const lines = exportSession({ reader, dir, publicKey, id: session.id, sealed })
  for await (const line of lines) await print(`${safeJson(line)}\n`, io)
}

interface VerifyOptions extends Place {
  readonly publicKey?: string
  readonly anchors?: string
  readonly config?: string
}

/** What was kept where whoever altered the journal could not reach; nothing when not asked for. */
async function anchorsOf(
  options: VerifyOptions,
): Promise<{ readonly anchors?: readonly Anchor[] }> {
  const places: AnchorPlace[] = []
  if (options.anchors !== undefined) places.push(new FileAnchors(options.anchors))
  if (options.config !== undefined) {
    const { recording } = await loadConfig(options.config)
    if (recording.anchors.length === 0) {
      throw new UsageError(`expected recording.anchors in ${options.config}, got none`)
    }
    places.push(...(await openAnchorPlaces(recording.anchors)))
  }
  if (places.length === 0) return {}
  try {
    return { anchors: (await Promise.all(places.map(place => place.list()))).flat() }
  } finally {
    await Promise.all(places.map(place => place.close()))
  }
}

/** What the verdict cannot say yet, or cannot say at all. */
function tailOf({ unsigned, anchored }: VerifyReport): string {
  const signed = unsigned === 0 ? '' : `note: the last ${unsigned} records are not signed yet\n`
  if (anchored === undefined) {
    return (
      `${signed}note: without anchors it cannot be told whether the newest segments were ` +
      'removed: --anchors\n'
    )
  }
  const { anchors, at, unanchored } = anchored
  const last = at === undefined ? '' : `, the newest of ${at}`
  return (
    `${signed}note: compared with ${anchors} anchors${last}; ` +
    `the last ${unanchored} records are not anchored\n`
  )
}

async function verify(id: string | undefined, options: VerifyOptions, io: Io): Promise<void> {
  const given = options.publicKey && (await readFile(options.publicKey, 'utf8'))
  if (id !== undefined && (await isFile(id))) return verifyFile(id, given, options, io)
  const keys = given === undefined ? (await open(options)).keys : undefined
  const trusted = {
    publicKey: given ?? keys?.publicKeys ?? '',
    ...(await anchorsOf(options)),
    ...(keys === undefined ? {} : { keys }),
  }
  if (options.from === 'archive') {
    const source = await archived(options)
    for (const journal of await source.journals()) {
      if (options.json !== true) await print(`journal ${visibleLine(journal)}\n`, io)
      const files = await archivedJournal(source.journal(journal))
      await verified(id, await verifySource(files, trusted), options, io)
    }
    return
  }
  const dir = join(options.dataDir, 'journal')
  const report = await verifyJournal({ ...trusted, dir })
  if (report.segments === 0) throw new UsageError(`expected a journal in ${dir}, got none`)
  await verified(id, report, options, io)
}

async function verified(
  id: string | undefined,
  report: VerifyReport,
  options: VerifyOptions,
  io: Io,
): Promise<void> {
  const chosen = report.sessions.filter(session => id === undefined || session.id.startsWith(id))
  if (id !== undefined && chosen.length === 0)
    throw new UsageError(`no session's id begins with ${id}`)
  if (options.json === true) {
    await print(`${safeJson({ ...report, sessions: chosen })}\n`, io)
  } else {
    for (const session of chosen) {
      const own = report.findings.filter(({ sessionId }) => sessionId === session.id)
      await print(`${own.length === 0 ? 'ok   ' : 'WRONG'}  ${sessionLine(session)}\n`, io)
    }
    await printFindings(report.findings, report.notes, io)
    await print(tailOf(report), io)
    const { records, segments, sessions } = report
    await print(`${sessions.length} sessions, ${records} records, ${segments} segments: `, io)
  }
  await conclude(report.findings, options.json === true, io)
}

async function verifyFile(
  path: string,
  given: string | undefined,
  options: VerifyOptions,
  io: Io,
): Promise<void> {
  const lines: string[] = []
  for await (const line of createInterface({ input: createReadStream(path) })) lines.push(line)
  const report = verifyExport(lines, given)
  if (options.json === true) await print(`${safeJson(report)}\n`, io)
  else {
    if (report.session !== undefined) await print(`${sessionLine(report.session)}\n`, io)
    const trust =
      given === undefined ? ["checked with the key in the file: compare it with the owner's"] : []
    await printFindings(report.findings, [...report.notes, ...trust], io)
  }
  await conclude(report.findings, options.json === true, io)
}

async function printFindings(
  findings: readonly Finding[],
  notes: readonly string[],
  io: Io,
): Promise<void> {
  for (const note of notes) await print(`note: ${visibleLine(note)}\n`, io)
  for (const { what, segment, sessionId, record } of findings) {
    const where = [
      segment === undefined ? '' : `segment ${segment}`,
      sessionId === undefined ? '' : `session ${sessionId}`,
      record === undefined ? '' : `record ${record}`,
    ].filter(Boolean)
    await print(
      `WRONG: ${where.length === 0 ? '' : `${where.join(', ')}: `}${visibleLine(what)}\n`,
      io,
    )
  }
}

async function conclude(findings: readonly Finding[], json: boolean, io: Io): Promise<void> {
  if (!json) {
    await print(
      findings.length === 0 ? 'nothing was altered.\n' : `${findings.length} findings.\n`,
      io,
    )
  }
  if (findings.length > 0) io.exitCode(1)
}

function sessionLine(session: {
  readonly id: string
  readonly user: string
  readonly records: number
  readonly signed: number
  readonly ended: boolean
  readonly erased: boolean
}): string {
  const { id, user, records, signed, ended, erased } = session
  const rest = signed < records ? `, ${records - signed} not signed yet` : ''
  const state = `${ended ? 'ended' : 'no end'}${erased ? ', erased' : ''}`
  return `${visibleLine(id)}  ${visibleLine(user)}  ${records} records${rest}  ${state}`
}

async function open(options: Place): Promise<{
  readonly reader: JournalReader
  readonly dir: string
  readonly keys: Keys
}> {
  const dir = join(options.dataDir, 'journal')
  const keys = await storedKeys(options.dataDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(
      `expected a data directory in ${options.dataDir}, got none: use --data-dir`,
    )
  })
  if ((options.from ?? 'journal') === 'journal')
    return { reader: new JournalReader({ dir, keys }), dir, keys }
  if (options.from !== 'archive') {
    throw new UsageError(`expected --from to be journal or archive, got ${options.from}`)
  }
  return { reader: new JournalReader({ dir, keys, source: await archived(options) }), dir, keys }
}

async function archived(options: Place): Promise<ArchiveSource> {
  const source = await archiveSource(options.dataDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(
      `expected an embedded archive in ${options.dataDir}, or a proxy that has one open; got neither`,
    )
  })
  toClose.push(() => source.close())
  return source
}

/** What a command opened beside files. */
const toClose: (() => Promise<void>)[] = []

/** Waits for a slow pipe. */
function print(text: string, io: Io): Promise<void> {
  if (io.stdout.write(text)) return Promise.resolve()
  return new Promise(resolve => io.stdout.once('drain', resolve))
}

/** `0:03.120`: since the session's start. */
function clock(us: number): string {
  const seconds = us / 1_000_000
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(3).padStart(6, '0')}`
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    // A session's id, then.
    return false
  }
}
