/**
 * A request as a letter: plain text and a link. Nothing can be decided in it, because whoever has the
 * mailbox, or a rule that forwards it, is not always the person.
 */
import { actionOf } from '../action.ts'
import type { Approval } from '../approval.ts'
import { deed, place, progressText, sentence, spanText, stateText, who } from '../describe.ts'
import { impactFacts } from '../impact-text.ts'
import { visibleLine, visibleText } from '../visible-text.ts'

/** Reviewers are asked, or told that they were not; whoever asked is told that they may go on, and how it ended. */
export type Occasion = 'asked' | 'approved' | 'ended' | 'glass'

export interface Letter {
  /** One line, whatever the texts in it were. */
  readonly subject: string
  readonly text: string
}

const subjectLengthMax = 200
const statementLengthMax = 20_000

/** `literals`: whether values of the statement, and its parameters, may be in it. */
export function letter(approval: Approval, occasion: Occasion, literals: boolean): Letter {
  const news =
    occasion === 'asked' || occasion === 'glass'
      ? sentence(approval)
      : `${stateText(approval)}: ${deed(approval)}`
  return {
    subject: cut(`[${approval.shortId}] ${visibleLine(news)}`, subjectLengthMax),
    text: visibleText(
      [
        ...(occasion === 'asked' || occasion === 'glass'
          ? asking(approval)
          : telling(approval, occasion)),
        '',
        ...statementOf(approval, literals),
        '',
        approval.url,
      ].join('\n'),
    ),
  }
}

function asking(approval: Approval): readonly string[] {
  const { requester, application, reason, rules, maskedColumns, expiresAt } = approval
  const left = spanText(expiresAt.getTime() - Date.now())
  return [
    `${sentence(approval)}.`,
    '',
    `Who:   ${who(requester)}${application === undefined ? '' : ` with ${application}`}`,
    `Where: ${place(approval)}`,
    `Why:   ${reason}${rules.length === 0 ? '' : ` Rule: ${rules.join(', ')}`}`,
    ...(maskedColumns.length === 0
      ? []
      : [`Masked columns it touches: ${maskedColumns.join(', ')}`]),
    ...impactFacts(approval.impact).map(([name, text]) => `${name}: ${text}`),
    ...(approval.review === undefined
      ? [
          `Needs: ${progressText(approval)}, within ${left}, until ${expiresAt.toISOString()}`,
          '',
          'Whether it still waits, only its page says:',
        ]
      : [
          `Said:  ${approval.requesterReason ?? ''}`,
          '',
          'It runs without you. Look at it, and close its review there:',
        ]),
    approval.url,
  ]
}

function telling(approval: Approval, occasion: Occasion): readonly string[] {
  const until = approval.expiresAt.toISOString()
  return [
    `Your request ${approval.shortId}, ${deed(approval)}: ${stateText(approval)}.`,
    ...(occasion === 'approved'
      ? [`It runs once, when you send the same again before ${until}.`]
      : []),
  ]
}

/** By default with `?` for values: a mailbox keeps what it gets. */
function statementOf(approval: Approval, literals: boolean): readonly string[] {
  const { parameters } = approval
  const text = literals ? approval.text : approval.normalized
  const short = text.length <= statementLengthMax
  const shown = parameters.map(
    (value, n) => `$${n + 1} = ${value === null ? 'NULL' : `'${value}'`}`,
  )
  return [
    actionOf(approval) === undefined ? 'Statement:' : 'What would be done:',
    '',
    cut(text, statementLengthMax),
    ...(short ? [] : ['', 'It is longer than this: its page has it whole.']),
    ...(parameters.length === 0 ? [] : ['']),
    ...(literals
      ? [cut(shown.join('\n'), statementLengthMax)].filter(line => line !== '')
      : parameters.length === 0
        ? []
        : [`${parameters.length} parameter${parameters.length === 1 ? '' : 's'}, not shown here.`]),
  ]
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`
}
