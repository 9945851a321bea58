/**
 * An approval as a Slack message. Texts of others are plain text or preformatted rich text, which
 * Slack does not interpret, and what it would hide is made visible.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
import { actionOf } from '../action.ts'
import type { Approval } from '../approval.ts'
import {
  effectNote,
  effectTitle,
  place,
  progressText,
  sentence,
  spanText,
  stateText,
  who,
} from '../describe.ts'
import { visibleLine, visibleText } from '../visible-text.ts'

export interface Block {
  readonly type: string
  readonly [field: string]: unknown
}

export interface Message {
  /** For notifications, and for what shows no blocks. */
  readonly text: string
  readonly blocks: readonly Block[]
}

export interface MessageOptions {
  /** Whether values in the statement, and its parameters, may be shown in the chat. */
  readonly literals: boolean
  /** A user group's id, to be told of it. */
  readonly mention?: string | undefined
  /** The requester's own copy: they decide nothing. */
  readonly forRequester: boolean
}

export const actions = {
  approve: 'countersign_approve',
  deny: 'countersign_deny',
  open: 'countersign_open',
} as const

/** Slack's own limit is 3,000 for a section and some 13,200 for all blocks. */
const statementLengthMax = 2_500
const fieldLengthMax = 400
const parametersMax = 20

export function message(approval: Approval, options: MessageOptions): Message {
  const { text: statement, whole } = statementOf(approval, options.literals)
  const pending = approval.state === 'pending'
  const title = `${riskMark[approval.risk]} ${sentence(approval)}`
  const mention =
    options.mention !== undefined && pending && !options.forRequester
      ? [section(`<!subteam^${options.mention}>`)]
      : []
  return {
    text: cut(`${visibleLine(title)}: ${visibleLine(stateText(approval))}`, 3_000),
    blocks: [
      { type: 'header', text: plain(title, 150) },
      ...mention,
      { type: 'section', fields: fieldsOf(approval) },
      preformatted(statement),
      ...parametersOf(approval, options.literals),
      ...(whole
        ? []
        : [context('The statement is longer than a message: open it to see it whole.')]),
      context(`${stateText(approval)}${pending ? ` · ${progressText(approval)}` : ''}`),
      ...(pending ? [buttons(approval, whole && !options.forRequester, options.forRequester)] : []),
      ...(pending ? [] : [link(approval)]),
    ],
  }
}

/** Why it is denied, which the requester is told. */
export function denyModal(approval: Approval, privateMetadata: string): Block {
  return {
    type: 'modal',
    callback_id: actions.deny,
    private_metadata: privateMetadata,
    title: plain(`Deny ${approval.shortId}`, 24),
    submit: plain('Deny', 24),
    close: plain('Back', 24),
    blocks: [
      { type: 'section', text: plain(sentence(approval), 3_000) },
      {
        type: 'input',
        block_id: 'reason',
        label: plain('Reason, which the requester sees', 2_000),
        element: {
          type: 'plain_text_input',
          action_id: 'reason',
          multiline: true,
          max_length: 2_000,
        },
      },
    ],
  }
}

const riskMark: Readonly<Record<Approval['risk'], string>> = { low: '🟢', medium: '🟠', high: '🔴' }

function fieldsOf(approval: Approval): readonly Block[] {
  const { requester, application, rules, reason, effects } = approval
  const action = actionOf(approval)
  const touched = effects
    .filter(effect => effect.kind !== 'read')
    .slice(0, 3)
    .map(effect => [effectTitle(effect), effectNote(effect)].filter(Boolean).join(': '))
  const left = approval.expiresAt.getTime() - Date.now()
  const fields: readonly (readonly [string, string])[] = [
    ['Who', `${who(requester)}${application === undefined ? '' : ` with ${application}`}`],
    ['Where', place(approval)],
    ['Why it is held', `${reason}${rules.length === 0 ? '' : ` Rule: ${rules.join(', ')}`}`],
    ['What it does', action?.title ?? (touched.length === 0 ? 'reads' : touched.join('; '))],
    ...(action === undefined ? [] : [['Kind', action.kind] as const]),
    ...(approval.maskedColumns.length === 0
      ? []
      : [['Masked columns it touches', approval.maskedColumns.join(', ')] as const]),
    ...(approval.inTransaction
      ? [['Transaction', 'open: it holds its locks while it waits'] as const]
      : []),
    ...(approval.state === 'pending'
      ? [
          [
            'Time left',
            `${spanText(left)}, until ${approval.expiresAt.toISOString().slice(11, 16)} UTC`,
          ] as const,
        ]
      : []),
  ]
  return fields.map(([name, value]) => plain(`${name}\n${value}`, fieldLengthMax))
}

/** By default with `?` for values: Slack keeps what is posted. */
function statementOf(
  approval: Approval,
  literals: boolean,
): { readonly text: string; readonly whole: boolean } {
  const text = visibleText(literals ? approval.text : approval.normalized)
  return text.length <= statementLengthMax
    ? { text, whole: text !== '' }
    : { text: cut(text, statementLengthMax), whole: false }
}

function parametersOf(approval: Approval, literals: boolean): readonly Block[] {
  const { parameters } = approval
  if (parameters.length === 0) return []
  if (!literals) return [context(`${parameters.length} parameters, not shown here.`)]
  const shown = parameters
    .slice(0, parametersMax)
    .map((value, n) => `$${n + 1} = ${value === null ? 'NULL' : `'${value}'`}`)
  const more = parameters.length - shown.length
  return [
    preformatted(
      cut(visibleText([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')), 2_000),
    ),
  ]
}

function buttons(approval: Approval, approvable: boolean, readOnly: boolean): Block {
  const value = `${approval.id} ${approval.digest}`
  return {
    type: 'actions',
    block_id: 'decide',
    elements: [
      ...(approvable
        ? [
            {
              type: 'button',
              action_id: actions.approve,
              style: 'primary',
              text: plain('Approve', 75),
              value,
              confirm: {
                title: plain(`Approve ${approval.shortId}?`, 100),
                text: plain(sentence(approval), 300),
                confirm: plain('Approve', 30),
                deny: plain('Back', 30),
              },
            },
          ]
        : []),
      ...(readOnly
        ? []
        : [
            {
              type: 'button',
              action_id: actions.deny,
              style: 'danger',
              text: plain('Deny …', 75),
              value,
            },
          ]),
      openButton(approval),
    ],
  }
}

function link(approval: Approval): Block {
  return { type: 'actions', block_id: 'look', elements: [openButton(approval)] }
}

function openButton(approval: Approval): Block {
  return { type: 'button', action_id: actions.open, text: plain('Open', 75), url: approval.url }
}

function section(mrkdwn: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text: mrkdwn } }
}

function context(text: string): Block {
  return { type: 'context', elements: [plain(text, 2_000)] }
}

/** Slack shows it as it is: no mentions, no links, no fences to break out of. */
function preformatted(text: string): Block {
  return {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_preformatted',
        elements: [{ type: 'text', text: text === '' ? ' ' : text }],
      },
    ],
  }
}

function plain(text: string, lengthMax: number): Block {
  return { type: 'plain_text', text: cut(visibleText(text), lengthMax), emoji: false }
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`
}
