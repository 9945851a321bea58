/** The report as a whole, and as JSON and CSV. */
import type { VerifyReport } from '../verify/report.ts'
import { type Control, type Count, controls, countsOf } from './counts.ts'
import type { Gathered, PrivilegedDecision } from './gather.ts'

export interface Report extends Gathered {
  readonly made: string
  readonly counts: readonly Count[]
  readonly controls: readonly Control[]
  readonly integrity: Integrity
}

/** What checking the journal's chains and signatures said when the report was made. */
export interface Integrity {
  readonly segments: number
  readonly records: number
  readonly unsigned: number
  readonly findings: readonly string[]
}

export function makeReport(gathered: Gathered, verified: VerifyReport, now: Date): Report {
  const { segments, records, unsigned, findings } = verified
  return {
    made: now.toISOString(),
    ...gathered,
    counts: countsOf(gathered),
    controls,
    integrity: { segments, records, unsigned, findings: findings.map(({ what }) => what) },
  }
}

const csvColumns = [
  'at',
  'requester',
  'kind',
  'owner',
  'database',
  'environment',
  'statement_text',
  'effects',
  'verdict',
  'observed',
  'rules',
  'reason',
  'requester_reason',
  'approvers',
  'answers',
  'break_glass',
  'outcome',
  'result',
  'rows',
  'session',
  'statement',
  'approval',
  'proof',
] as const

/** One line a decision; RFC 4180. */
export function reportCsv({ decisions }: Report): string {
  const lines = decisions.map(decision => csvColumns.map(name => cell(fieldsOf(decision)[name])))
  return [csvColumns.join(','), ...lines.map(line => line.join(','))].join('\r\n').concat('\r\n')
}

function fieldsOf(
  decision: PrivilegedDecision,
): Readonly<Record<(typeof csvColumns)[number], unknown>> {
  const { answers, text, effects, rules, requesterReason, breakGlass, proof, ...rest } = decision
  return {
    ...rest,
    statement_text: text,
    effects: effects.join('; '),
    rules: rules.join('; '),
    requester_reason: requesterReason,
    approvers: answers.map(({ by }) => by).join('; '),
    answers: answers
      .map(({ by, decision: answer, surface, at, reason }) =>
        [by, answer, surface, at, reason].filter(part => part !== null).join(' '),
      )
      .join('; '),
    break_glass: breakGlass,
    proof: proof
      .map(
        ({ of, segment, record, hash, key }) =>
          `${of} segment ${segment} record ${record} sha256 ${hash} ${key === null ? 'not signed yet' : `signed by ${key}`}`,
      )
      .join('; '),
  }
}

/** What a spreadsheet would take for a formula is kept from being one. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value)
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
