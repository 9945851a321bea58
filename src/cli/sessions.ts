/** `countersign sessions`: what an auditor asks of the recordings. Reads the journal's files. */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { KeysAway, KeyUnusable } from '../keys/keys.ts'
import type { Anchor, AnchorPlace } from '../recording/anchors/anchor.ts'
import { FileAnchors } from '../recording/anchors/file.ts'
import { openAnchorPlaces } from '../recording/anchors/places.ts'
import { SocketFailed } from '../recording/local-socket.ts'
import { NoSuchResult } from '../recording/playback/result-csv.ts'
import { visibleLine } from '../recording/playback/visible.ts'
import { NoSuchSession } from '../recording/reading/reader.ts'
import type { SessionPage, SessionQuery } from '../recording/reading/search.ts'
import { searchSessions } from '../recording/reading/session-search.ts'
import { plainEvent } from '../recording/verify/export.ts'
import type { Finding, VerifyReport } from '../recording/verify/report.ts'
import { archivedJournal } from '../recording/verify/source.ts'
import { verifyJournal, verifySource } from '../recording/verify/verify.ts'
import { verifyExport } from '../recording/verify/verify-export.ts'
import { exportFormats } from '../web/export-routes.ts'
import type { Deps } from './deps.ts'
import { type Io, processIo, safeJson, UsageError } from './io.ts'
import { type ExportOptions, writeSession } from './session-export.ts'
import { type ListOptions, listCommand, listSessions } from './session-list.ts'
import { archived, clock, openPlace, type Place, print, toClose } from './session-place.ts'
import { type ReplayOptions, replaySession } from './session-replay.ts'
import { tailSessions } from './session-tail.ts'
import { textTable } from './text-table.ts'

const examples = `
Examples:
  countersign sessions
  countersign sessions list --user ada --since 7d
  countersign sessions replay 0193 --speed 4
  countersign sessions replay 0193 --from 1:30
  countersign sessions tail
  countersign sessions tail 0193 --json
  countersign sessions export 0193 > session.ndjson
  countersign sessions export 0193 --format html > session.html
  countersign sessions export 0193 --format csv --result 2 > result.csv
  countersign sessions verify session.ndjson --public-key auditor.pem
  countersign sessions verify --public-key auditor.pem --anchors anchors.ndjson

An id may be shortened. Exit codes: 0 done, 1 refused or found wrong, 2 used wrongly.`

export function sessionsCommand(deps: Deps, io: Io = processIo()): Command {
  const sessions = new Command('sessions')
    .description('recorded sessions: list, show, replay, tail, export, verify')
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
      } catch (error) {
        const kinds = [NoSuchSession, NoSuchResult, KeyUnusable, KeysAway, SocketFailed]
        const known = kinds.some(each => error instanceof each)
        if (!(error instanceof Error) || (!known && !(error instanceof UsageError))) throw error
        io.stderr.write(`countersign: ${visibleLine(error.message)}\n`)
        io.exitCode(error instanceof UsageError ? 2 : 1)
      } finally {
        for (const close of toClose.splice(0)) await close()
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
    .option('--from <time>', 'where to begin: 90s, 1:30; or journal, archive')
    .option('--no-wait', 'all at once')
    .action(guarded<ReplayOptions>((options, id) => replaySession(id, options, deps, io)))
  sessions
    .command('tail [id]')
    .description('follows a session that runs, or all of this journal')
    .action(guarded((options: Place, id) => tailSessions(id || undefined, options, io)))
  sessions
    .command('export <id>')
    .description('to standard output: lines of JSON that `verify` can check anywhere, or --format')
    .option('--format <name>', `${exportFormats.join(', ')}`, 'ndjson')
    .option('--result <number>', 'which one, for csv; counted over the session from 0', Number)
    .option('--sealed', 'ndjson without its key: who has the file cannot read texts and rows')
    .action(guarded<ExportOptions>((options, id) => writeSession(id, options, deps, io)))
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
    .action(
      guarded(async (options: Place) => print((await openPlace(options)).keys.publicKeys, io)),
    )
  return sessions
}

async function list(options: Place & ListOptions, io: Io): Promise<void> {
  const { reader } = await openPlace(options)
  const asked = options.from !== undefined
  const search = (query: SessionQuery): Promise<SessionPage> =>
    asked ? reader.search(query) : searchSessions(options.dataDir, reader, query)
  await listSessions(options, search, io)
}

async function show(id: string, options: Place, io: Io): Promise<void> {
  const { reader } = await openPlace(options)
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
  const keys = given === undefined ? (await openPlace(options)).keys : undefined
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

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    // A session's id, then.
    return false
  }
}
