/**
 * An approval as a Slack message. Texts of others are plain text or preformatted rich text, which
 * Slack does not interpret, and what it would hide is made visible.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
import type { Approval } from '../approval.ts'
import { cut, facts, riskMark, shownParameters, shownStatement } from '../chat.ts'
import { progressText, sentence, stateText } from '../describe.ts'
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
const parametersLengthMax = 2_000

export function message(approval: Approval, options: MessageOptions): Message {
  const { text: statement, whole } = shownStatement(approval, options.literals, statementLengthMax)
  const pending = approval.state === 'pending'
  const title = `${riskMark[approval.risk]} ${sentence(approval)}`
  const mention =
    options.mention !== undefined &&
    (pending || approval.review?.state === 'open') &&
    !options.forRequester
      ? [section(`<!subteam^${options.mention}>`)]
      : []
  return {
    text: cut(`${visibleLine(title)}: ${visibleLine(stateText(approval))}`, 3_000),
    blocks: [
      { type: 'header', text: plain(title, 150) },
      ...mention,
      {
        type: 'section',
        fields: facts(approval).map(([name, value]) => plain(`${name}\n${value}`, fieldLengthMax)),
      },
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

/** By default without values and parameters. */
function parametersOf(approval: Approval, literals: boolean): readonly Block[] {
  const shown = shownParameters(approval, parametersLengthMax)
  if (shown === undefined) return []
  return literals
    ? [preformatted(shown.text)]
    : [context(`${approval.parameters.length} parameters, not shown here.`)]
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
