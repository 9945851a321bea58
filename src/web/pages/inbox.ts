/** What waits for the viewer, what they asked, and what was decided lately. */
import {
  type ApprovalFacts,
  type ApprovalSummary,
  barredFrom,
  countedAnswers,
  type Person,
} from '../../approvals/approval.ts'
import { progressText, sentence, spanText, stateText } from '../../approvals/describe.ts'
import { type Html, html, type Part } from '../html.ts'
import { badge, layout, time, type Viewer } from './layout.ts'

export interface Inbox {
  readonly viewer: Viewer
  readonly person: Person
  /** What broke the glass, and nobody has looked at yet. */
  readonly reviews: readonly ApprovalSummary[]
  /** Those that the person may see, newest first. */
  readonly open: readonly ApprovalSummary[]
  readonly settled: readonly ApprovalSummary[]
  readonly now: Date
  readonly warnings: readonly string[]
}

export function inboxPage(inbox: Inbox): Html {
  const { viewer, person, reviews, now, warnings } = inbox
  const listed = new Set(reviews.map(({ id }) => id))
  const open = inbox.open.filter(({ id }) => !listed.has(id))
  const settled = inbox.settled.filter(({ id }) => !listed.has(id))
  const waiting = open.filter(approval => waitsFor(approval, person))
  const others = open.filter(approval => !waiting.includes(approval))
  return layout({
    title: waiting.length === 0 ? 'Approvals' : `(${waiting.length}) Approvals`,
    viewer,
    here: 'approvals',
    refreshSeconds: 15,
    body: html`<h1>Approvals</h1>
${warnings.map(text => html`<p class="warning" role="status">${text}</p>`)}
<div id="inbox" data-live>
${reviews.length > 0 && section('Broke the glass: somebody has to look at it', reviews, now, '')}
${section('Waiting for you', waiting, now, 'Nothing waits for your decision.')}
${others.length > 0 && section('Under way', others, now, '')}
${section('Lately', settled, now, 'Nothing was decided yet.')}
</div>`,
  })
}

function waitsFor(approval: ApprovalFacts, person: Person): boolean {
  if (approval.state !== 'pending') return false
  if (barredFrom(approval, person, 'approved') !== undefined) return false
  return !countedAnswers(approval.answers).some(answer => answer.name === person.name)
}

function section(
  title: string,
  approvals: readonly ApprovalSummary[],
  now: Date,
  none: string,
): Part {
  return html`<section>
<h2>${title}${approvals.length > 0 && html` <span class="count">${approvals.length}</span>`}</h2>
${
  approvals.length === 0
    ? html`<p class="none">${none}</p>`
    : html`<ul class="cards">${approvals.map(approval => card(approval, now))}</ul>`
}
</section>`
}

function card(approval: ApprovalSummary, now: Date): Html {
  const pending = approval.state === 'pending'
  return html`<li class="card ${approval.state}">
<a href="/approvals/${approval.shortId}">
  <span class="head">${badge(`${approval.risk} risk`, approval.risk)}<b class="sentence"><bdi>${sentence(approval)}</bdi></b></span>
  <code class="line">${oneLine(approval.preview)}</code>
  <span class="foot"><span class="id">${approval.shortId}</span>
  ${
    pending
      ? html`<span>${progressText(approval)}</span> ${timeLeft(approval, now)}`
      : html`<span class="state ${approval.state}"><bdi>${stateText(approval)}</bdi></span> ${time(approval.settledAt ?? approval.createdAt)}`
  }</span>
</a>
</li>`
}

/** Only to recognise it by: the page of the request shows the statement whole. */
function oneLine(text: string): string {
  // A line end is shown: what follows a comment of one line is no comment.
  const line = text
    .trim()
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n[ \n]*/g, ' ↵ ')
  return line.length > 160 ? `${line.slice(0, 160)}…` : line
}

export function timeLeft(approval: ApprovalFacts, now: Date): Html {
  const left = approval.expiresAt.getTime() - now.getTime()
  return html`<span class="left"><time datetime="${approval.expiresAt.toISOString()}" data-expires>${spanText(left)}</time> left</span>`
}
