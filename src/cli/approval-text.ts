/**
 * Approvals on a terminal. Everything that clients wrote is made visible, and every line of a
 * statement keeps its margin, so that no statement can draw what looks like ours.
 */

import { actionOf } from '../approvals/action.ts'
import { type Approval, type ApprovalFacts, countedAnswers } from '../approvals/approval.ts'
import {
  deed,
  effectNote,
  effectTitle,
  grantLine,
  progressText,
  sentence,
  spanText,
  stateText,
  who,
} from '../approvals/describe.ts'
import { impactFacts } from '../approvals/impact-text.ts'
import { textParts, visibleLine, visibleText } from '../approvals/visible-text.ts'

const columnsDefault = 100
const columnsMin = 40

/** A table, newest first. */
export function listText(approvals: readonly ApprovalFacts[], now: Date, columns?: number): string {
  if (approvals.length === 0) return 'Nothing waits for a decision.\n'
  const rows = approvals.map(approval => [
    approval.shortId,
    approval.risk,
    approval.state === 'pending' ? spanText(approval.expiresAt.getTime() - now.getTime()) : '',
    approval.state,
    visibleLine(who(approval.requester)),
    visibleLine(deed(approval)),
  ])
  const head = ['ID', 'RISK', 'LEFT', 'STATE', 'WHO', 'WHAT']
  const widths = head.map((title, index) =>
    Math.max(title.length, ...rows.map(row => row[index]?.length ?? 0)),
  )
  const width = Math.max(columnsMin, columns ?? columnsDefault)
  return [head, ...rows]
    .map(row => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '))
    .map(line => `${cut(line.trimEnd(), width)}\n`)
    .join('')
}

/** Everything about one request; the statement whole. */
export function showText(approval: Approval, now: Date, columns?: number): string {
  const left = spanText(approval.expiresAt.getTime() - now.getTime())
  const pending = approval.state === 'pending'
  const lines = [
    `${approval.shortId}  ${approval.risk} risk, ${visibleLine(stateText(approval))}${pending ? `, ${left} left` : ''}`,
    visibleLine(sentence(approval)),
    '',
    field('why held', approval.reason),
    ...(approval.requesterReason === undefined
      ? []
      : [field('they say', approval.requesterReason)]),
    ...(approval.hint === undefined ? [] : [field('would pass', approval.hint)]),
    ...(approval.rules.length === 0 ? [] : [field('rules', approval.rules.join(', '))]),
    ...approval.effects.map(effect => {
      const note = effectNote(effect)
      return field('effect', `${effectTitle(effect)}${note === undefined ? '' : ` (${note})`}`)
    }),
    ...impactFacts(approval.impact).map(([name, text]) => field(name.toLowerCase(), text)),
    ...(approval.maskedColumns.length === 0
      ? []
      : [field('masked', approval.maskedColumns.join(', '))]),
    ...(approval.application === undefined ? [] : [field('application', approval.application)]),
    ...(actionOf(approval) === undefined
      ? [field('session', `${approval.sessionId}, statement ${approval.statementNumber + 1}`)]
      : []),
    ...approval.drifts.map(({ what }) => field('drifted', what)),
    field('approvals', progressText(approval)),
    ...(approval.grant === undefined ? [] : [field('grant', grantLine(approval.grant))]),
    ...(approval.grantable === undefined
      ? []
      : [field('may grant', approval.grantable.kinds.join(', '))]),
    ...countedAnswers(approval.answers).map(answer =>
      field(answer.decision, `${answer.name}${answer.reason ? `: ${answer.reason}` : ''}`),
    ),
    ...(approval.inTransaction && pending
      ? [field('careful', 'a transaction is open; its locks are held until you decide')]
      : []),
    '',
    ...statementLines(approval, columns),
    ...parameterLines(approval, columns),
  ]
  return `${lines.join('\n')}\n`
}

/** One line for `watch`. */
export function lineText(approval: ApprovalFacts, now: Date): string {
  const left = spanText(approval.expiresAt.getTime() - now.getTime())
  const rest =
    approval.state === 'pending'
      ? `${sentence(approval)}: ${left} left`
      : `${sentence(approval)}: ${stateText(approval)}`
  return `${now.toISOString().slice(11, 19)}  ${approval.shortId}  ${visibleLine(rest)}\n`
}

function statementLines(approval: Approval, columns: number | undefined): string[] {
  const hidden = textParts(approval.text).filter(part => 'codePoint' in part).length
  const warning = hidden === 0 ? '' : `; ${hidden} hidden characters are shown as ⟨U+…⟩`
  const lines = approval.text.split('\n').length
  return [
    `${actionOf(approval) === undefined ? 'Statement' : 'What would be done'} (${lines} ${lines === 1 ? 'line' : 'lines'}${warning}):`,
    ...margined(approval.text, columns),
  ]
}

function parameterLines(approval: Approval, columns: number | undefined): string[] {
  if (approval.parameters.length === 0) return []
  return [
    '',
    'Parameters:',
    ...approval.parameters.flatMap((value, index) =>
      value === null
        ? [`  $${index + 1}: NULL`]
        : [`  $${index + 1}:`, ...margined(value, columns)],
    ),
  ]
}

/** Long lines are folded here: the terminal would fold them to the edge, over the margin. */
function margined(text: string, columns: number | undefined): string[] {
  const width = Math.max(columnsMin, columns ?? columnsDefault) - 5
  return visibleText(text)
    .split('\n')
    .flatMap(line => fold(line.replaceAll('\t', '    '), width))
}

function fold(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  let used = 0
  for (const character of line) {
    // Some characters take two columns; taking that for all but ASCII only folds earlier.
    const size = character.length === 1 && character.charCodeAt(0) < 0x7f ? 1 : 2
    if (used + size > width) {
      lines.push(current)
      current = ''
      used = 0
    }
    current += character
    used += size
  }
  lines.push(current)
  return lines.map((part, index) => `  ${index === 0 ? '│' : '┆'} ${part}`)
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(12)} ${visibleLine(value)}`
}

function cut(line: string, width: number): string {
  return line.length > width ? `${line.slice(0, width - 1)}…` : line
}
