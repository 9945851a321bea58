/**
 * A session as psql showed it: prompt and statement, rows, tags, errors. What psql could not show
 * (who decided, how long it took, what is missing) stands beside it as comments of SQL.
 */
import type {
  FrameDecoder,
  Parameter,
  RecordedFrames,
  ResultEvent,
} from '../../../protocols/protocol.ts'
import type { OtherEntry, SessionHappening } from '../reading/happenings.ts'
import { alignedTable, type TableColumn } from './aligned-table.ts'
import { visible, visibleLine } from './visible.ts'

/** Something to print, and when it happened. */
export interface ReplayStep {
  readonly atUs: number
  /** Ends with a newline. Safe for a terminal. */
  readonly text: string
}

/** Pauses from this length on are worth a line. */
const pauseUsMin = 1_000_000

/**
 * Holds the session in memory: results are decoded as one stream, since pipelined statements share
 * their frames.
 */
export async function* replay(
  happenings: AsyncIterable<SessionHappening>,
  database: string,
  decoder: FrameDecoder,
): AsyncGenerator<ReplayStep> {
  const frames: RecordedFrames[] = []
  const others: Exclude<SessionHappening, { type: 'frames' }>[] = []
  for await (const happening of happenings) {
    if (happening.type === 'frames') frames.push(happening)
    else others.push(happening)
  }
  let lastUs = 0
  for (const step of inOrder(others, results(decoded(frames, decoder)), database)) {
    if (step.atUs - lastUs >= pauseUsMin) {
      yield { atUs: step.atUs, text: comment(`${seconds(step.atUs - lastUs)} later`) }
    }
    lastUs = Math.max(lastUs, step.atUs)
    yield step
  }
}

function* inOrder(
  others: readonly Exclude<SessionHappening, { type: 'frames' }>[],
  results: Iterable<ReplayStep>,
  database: string,
): Generator<ReplayStep> {
  const shown = results[Symbol.iterator]()
  let result = shown.next()
  for (const other of others) {
    while (result.done !== true && result.value.atUs < other.atUs) {
      yield result.value
      result = shown.next()
    }
    if (other.type === 'masks') continue
    const text =
      other.type === 'statement' ? statementText(other, database) : entryText(other.entry)
    if (text !== '') yield { atUs: other.atUs, text }
  }
  while (result.done !== true) {
    yield result.value
    result = shown.next()
  }
}

function* decoded(
  frames: readonly RecordedFrames[],
  decoder: FrameDecoder,
): Generator<ResultEvent> {
  for (const each of frames) yield* decoder.push(each)
}

/** Rows are gathered to their end, as psql does: a column is as wide as its widest value. */
function* results(events: Iterable<ResultEvent>): Generator<ReplayStep> {
  let columns: readonly TableColumn[] | undefined
  let last: readonly TableColumn[] | undefined
  let rows: (readonly (string | null)[])[] = []
  for (const event of events) {
    const { atUs } = event
    if (event.type === 'columns') {
      columns = event.columns
      last = columns
      rows = []
      continue
    }
    if (event.type === 'row') {
      // A statement that is executed again is not described again.
      columns ??= last
      rows.push(event.values)
      continue
    }
    if (columns !== undefined && (event.type === 'end' || event.type === 'error')) {
      if (event.type === 'end' || rows.length > 0) yield { atUs, text: alignedTable(columns, rows) }
      const changes = event.type === 'end' && /^(INSERT|UPDATE|DELETE|MERGE) /.test(event.tag)
      columns = undefined
      rows = []
      if (event.type === 'end' && !changes) continue
    }
    yield { atUs, text: eventText(event) }
  }
  if (columns !== undefined) {
    yield { atUs: 0, text: `${alignedTable(columns, rows)}${comment('the result ends here')}` }
  }
}

function eventText(event: Exclude<ResultEvent, { type: 'columns' | 'row' }>): string {
  switch (event.type) {
    case 'end':
      return `${visibleLine(event.tag)}\n`
    case 'copy':
      return visible(event.bytes.toString('utf8').replace(/([^\n])$/, '$1\n'))
    case 'notification': {
      const payload = event.payload === '' ? '' : ` with payload "${visibleLine(event.payload)}"`
      return `Asynchronous notification "${visibleLine(event.channel)}"${payload} received.\n`
    }
    default: {
      const { severity, message, detail, hint } = event
      const lines = [`${severity}:  ${message}`]
      if (detail !== undefined) lines.push(`DETAIL:  ${detail}`)
      if (hint !== undefined) lines.push(`HINT:  ${hint}`)
      return `${lines.map(visible).join('\n')}\n`
    }
  }
}

function statementText(
  statement: Extract<SessionHappening, { type: 'statement' }>,
  database: string,
): string {
  const { text, parameters, verdict, normalized } = statement
  const lines =
    text === undefined
      ? [comment(`sealed; what is known of it: ${normalized}`)]
      : [promptedText(text, database)]
  lines.push(...parameters.map((value, index) => comment(`$${index + 1} = ${literal(value)}`)))
  const rules = verdict.rules.join(', ')
  if (verdict.kind === 'hold') lines.push(comment(`held by ${rules}: ${verdict.reason}`))
  if (verdict.kind === 'deny') lines.push(comment(`denied by ${rules}: ${verdict.reason}`))
  if (verdict.observed !== undefined) {
    lines.push(comment(`only observed; would have been a ${verdict.observed} by ${rules}`))
  }
  return lines.join('')
}

/** `shop=> SELECT 1` and `shop-> FROM t`, as psql's prompts 1 and 2. */
function promptedText(text: string, database: string): string {
  const lines = visible(text).trimEnd().split('\n')
  return lines
    .map((line, index) => `${visibleLine(database)}${index === 0 ? '=' : '-'}> ${line}\n`)
    .join('')
}

function entryText(entry: OtherEntry): string {
  switch (entry.type) {
    case 'statement.end':
      // Its tag or error is shown by the result itself.
      return ''
    case 'gap':
      if (entry.bytes === 0) return comment(entry.reason)
      return comment(`not shown: ${entry.bytes} bytes, ${entry.reason}`)
    case 'refused':
      return comment(`did not run: ${entry.reason}`)
    case 'session.end':
      return comment(`the session ended: ${entry.reason}`)
    case 'approval.requested': {
      const why = entry.reason ? `: ${entry.reason}` : ''
      const wanted = entry.requesterReason ? `, wanted because: ${entry.requesterReason}` : ''
      return comment(`waits for approval ${entry.shortId ?? entry.approvalId}${why}${wanted}`)
    }
    case 'approval.decided': {
      const why = entry.reason ? `: ${entry.reason}` : ''
      return comment(`${entry.decision} by ${entry.by} (${entry.surface})${why}`)
    }
    case 'approval.expired':
      return comment('nobody decided in time: denied')
    case 'approval.break_glass':
      return comment(`BREAK-GLASS: runs although nobody approved it: ${entry.reason ?? ''}`)
    case 'approval.drifted':
      return comment(
        `drifted, and people are asked again${entry.reason ? `: ${entry.reason}` : ''}`,
      )
    case 'approval.withdrawn':
      return comment(`withdrawn${entry.reason ? `: ${entry.reason}` : ''}`)
    default:
      return ''
  }
}

function comment(text: string): string {
  return `-- ${visibleLine(text)}\n`
}

function literal(value: Parameter): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
}

function seconds(us: number): string {
  const s = us / 1_000_000
  return s < 120 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`
}
