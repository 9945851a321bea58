/**
 * An approval as an Adaptive Card. Every text of others is a TextRun, which has no Markdown: a
 * TextBlock would make links, and a fact too, of what a statement says.
 * https://adaptivecards.io/explorer/TextRun.html
 */
import type { Approval } from '../approval.ts'
import { cut, facts, riskMark, type Shown, shownParameters, shownStatement } from '../chat.ts'
import { progressText, sentence, stateText } from '../describe.ts'
import { visibleLine } from '../visible-text.ts'

export interface Card {
  readonly type: 'AdaptiveCard'
  readonly body: readonly Element[]
  readonly actions?: readonly Element[]
  readonly [field: string]: unknown
}

export interface Element {
  readonly type: string
  readonly [field: string]: unknown
}

export interface CardOptions {
  /** Whether values in the statement, and its parameters, may be shown in the chat. */
  readonly literals: boolean
  /** Of the outbox: whose message it is. Absent: nothing can be pressed but the link. */
  readonly copyId?: string
  /** Whoever looks at it may decide; the requester's own copy has only the link. */
  readonly decidable: boolean
  /** Why what was pressed did not count, told to whoever pressed it. */
  readonly note?: string
}

export const verbs = { approve: 'approve', deny: 'deny', refresh: 'refresh' } as const

/** A message of Teams may have some 28 KB; each line costs about 150 bytes beside its text. */
const statementLengthMax = 2_500
const parametersLengthMax = 1_000
const linesMax = 60
const fieldLengthMax = 400
export const reasonLengthMax = 2_000

export function card(approval: Approval, options: CardOptions): Card {
  const { literals, copyId, decidable, note } = options
  const pending = approval.state === 'pending'
  const statement = fewLines(shownStatement(approval, literals, statementLengthMax))
  const shown = shownParameters(approval, parametersLengthMax)
  const parameters = shown && fewLines(shown)
  const whole = statement.whole && (!literals || (parameters?.whole ?? true))
  const title = visibleLine(`${riskMark[approval.risk]} ${sentence(approval)}`)
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    msteams: { width: 'Full' },
    body: [
      ...(note === undefined ? [] : [rich([run(cut(visibleLine(note), fieldLengthMax), warning)])]),
      rich([run(cut(title, fieldLengthMax), { weight: 'Bolder', size: 'Medium' })]),
      ...facts(approval).map(([name, value]) =>
        rich([
          run(`${name}  `, { isSubtle: true }),
          run(cut(visibleLine(value), fieldLengthMax), {}),
        ]),
      ),
      monospaced(statement.text),
      ...(parameters === undefined
        ? []
        : literals
          ? [monospaced(parameters.text)]
          : [rich([run(`${approval.parameters.length} parameters, not shown here.`, subtle)])]),
      ...(whole
        ? []
        : [rich([run('It is longer than a message: open it to see it whole.', subtle)])]),
      rich([
        run(cut(stateLine(approval), fieldLengthMax), { weight: 'Bolder', ...tone(approval) }),
      ]),
    ],
    actions: [
      ...(pending && decidable && copyId !== undefined ? decisions(approval, copyId, whole) : []),
      { type: 'Action.OpenUrl', title: 'Open', url: approval.url },
    ],
    ...(copyId !== undefined && changes.has(approval.state) && { refresh: refresh(copyId) }),
  }
}

/** Approving takes two clicks, denying a reason. */
function decisions(approval: Approval, copyId: string, approvable: boolean): readonly Element[] {
  const data = { id: approval.id, digest: approval.digest, copy: copyId }
  const form = (body: readonly Element[], action: object): Element => ({
    type: 'AdaptiveCard',
    body,
    actions: [{ type: 'Action.Execute', data, ...action }],
  })
  const approve = form([rich([run(cut(visibleLine(`${sentence(approval)}.`), 300), {})])], {
    title: 'Approve',
    verb: verbs.approve,
    style: 'positive',
    associatedInputs: 'none',
  })
  const input = {
    type: 'Input.Text',
    id: 'reason',
    label: 'Reason, which the requester sees',
    isMultiline: true,
    maxLength: reasonLengthMax,
  }
  const deny = form([input], {
    title: 'Deny',
    verb: verbs.deny,
    style: 'destructive',
  })
  return [
    ...(approvable ? [{ type: 'Action.ShowCard', title: 'Approve …', card: approve }] : []),
    { type: 'Action.ShowCard', title: 'Deny …', card: deny },
  ]
}

/** Teams asks for the card again when somebody looks at it, so that an old one cannot lie. */
function refresh(copyId: string): object {
  return {
    action: {
      type: 'Action.Execute',
      title: 'Refresh',
      verb: verbs.refresh,
      data: { copy: copyId },
    },
  }
}

const changes: ReadonlySet<string> = new Set(['pending', 'approved', 'running'])
const subtle = { isSubtle: true, size: 'Small' }
const warning = { weight: 'Bolder', color: 'Attention' }

function stateLine(approval: Approval): string {
  const state = visibleLine(stateText(approval))
  return approval.state === 'pending' ? `${state} · ${visibleLine(progressText(approval))}` : state
}

function tone({ state }: Approval): object {
  if (state === 'denied' || state === 'failed') return { color: 'Attention' }
  return state === 'finished' || state === 'approved' ? { color: 'Good' } : {}
}

function fewLines({ text, whole }: Shown): Shown {
  const lines = text.split('\n')
  return lines.length <= linesMax
    ? { text, whole }
    : { text: [...lines.slice(0, linesMax), '…'].join('\n'), whole: false }
}

/** A line each, because not every client breaks lines within a text or keeps several spaces. */
function monospaced(text: string): Element {
  return {
    type: 'Container',
    style: 'emphasis',
    items: text.split('\n').map(line => ({
      ...rich([run(spaced(line), { fontType: 'Monospace' })]),
      spacing: 'None',
    })),
  }
}

function spaced(line: string): string {
  const text = line.replaceAll('\t', '    ').replaceAll(/^ | {2,}/g, spaces => nbsp(spaces.length))
  return text === '' ? nbsp(1) : text
}

function nbsp(count: number): string {
  return '\u00a0'.repeat(count)
}

function rich(inlines: readonly Element[]): Element {
  return { type: 'RichTextBlock', inlines, spacing: 'Small' }
}

function run(text: string, look: object): Element {
  return { type: 'TextRun', text, ...look }
}
