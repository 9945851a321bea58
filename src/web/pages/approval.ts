/** One request: everything that a person needs to decide, the forms, and how it went. */
import { actionOf } from '../../approvals/action.ts'
import { type Approval, barredFrom, countedAnswers, type Person } from '../../approvals/approval.ts'
import {
  afterwards,
  answerText,
  effectNote,
  effectTitle,
  place,
  progressText,
  sentence,
  stateText,
  who,
} from '../../approvals/describe.ts'
import { impactFacts } from '../../approvals/impact-text.ts'
import { type Html, html, type Part, visible } from '../html.ts'
import { lineageLink } from './explain.ts'
import { grantFields, grantSection } from './grants.ts'
import { timeLeft } from './inbox.ts'
import { badge, layout, time, type Viewer } from './layout.ts'
import { reviewSection } from './review.ts'

export interface ApprovalView {
  readonly approval: Approval
  readonly viewer: Viewer
  readonly person: Person
  readonly now: Date
  /** Why the last answer did not count. */
  readonly error?: string | undefined
  /** What was typed, to be typed no second time. */
  readonly reason?: string | undefined
}

export function approvalPage(view: ApprovalView): Html {
  const { approval, viewer, now, error } = view
  const moves = approval.state === 'approved' || approval.state === 'running'
  return layout({
    title: `${approval.shortId}: ${approval.state}`,
    viewer,
    here: 'approvals',
    refreshSeconds: moves ? 2 : undefined,
    body: html`<article>
<p class="crumbs"><a href="/">Approvals</a> / <span class="id">${approval.shortId}</span></p>
<h1 id="sentence" data-live class="sentence"><bdi>${sentence(approval)}</bdi></h1>
${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
<div id="status" data-live class="status ${approval.state}">
  <p>${badge(`${approval.risk} risk`, approval.risk)} <b><bdi>${stateText(approval)}</bdi></b></p>
  ${approval.state === 'pending' && html`<p>${progressText(approval)} · ${timeLeft(approval, now)}</p>`}
</div>
<section id="why" data-live>
<h2>Why it ${approval.state === 'pending' ? 'is' : 'was'} held</h2>
<p><bdi>${approval.reason}</bdi></p>
${approval.hint !== undefined && html`<p class="note">Would pass: <bdi>${approval.hint}</bdi></p>`}
${approval.rules.length > 0 && html`<p class="tags">${approval.rules.map(rule => html`<span class="tag">${rule}</span>`)}</p>`}
${approval.inTransaction && html`<p class="warning">A transaction is open and waits with the statement: its locks are held until you decide.</p>`}
</section>
${statement(approval)}
${details(view)}
${decide(view)}
${reviewSection(view)}
${grantSection(view)}
${history(approval)}
</article>`,
  })
}

function statement(approval: Approval): Html {
  const shown = visible(approval.text)
  const lines = approval.text.split('\n').length
  const size = `${lines} ${lines === 1 ? 'line' : 'lines'}, ${approval.text.length} characters`
  return html`<section>
<h2>${actionOf(approval) === undefined ? 'Statement' : 'What would be done'} <small>${size}</small></h2>
${shown.markup.includes('hidden-character') && html`<p class="warning">It has characters that are invisible or change the order of others. They are shown by their number.</p>`}
<pre class="sql"><code>${shown}</code></pre>
${
  approval.parameters.length > 0 &&
  html`<h3>Parameters</h3>
<table class="parameters"><tbody>${approval.parameters.map(
    (value, index) =>
      html`<tr><th scope="row">$${index + 1}</th><td>${value === null ? html`<i>NULL</i>` : html`<code>${visible(value)}</code>`}</td></tr>`,
  )}</tbody></table>`
}
</section>`
}

function details({ approval, viewer }: ApprovalView): Html {
  const action = actionOf(approval)
  return html`<section id="does" data-live>
<h2>What it ${action === undefined ? 'does' : 'is'}</h2>
${action !== undefined && html`<p><b><bdi>${action.title}</bdi></b></p>`}
<ul class="effects">${(action === undefined ? approval.effects : []).map(effect => {
    const note = effectNote(effect)
    return html`<li><b><bdi>${effectTitle(effect)}</bdi></b>${note !== undefined && html` <span class="note">${note}</span>`}</li>`
  })}</ul>
<dl>
${row('Asked by', who(approval.requester))}
${approval.requesterReason !== undefined && row('Their reason', approval.requesterReason)}
${action === undefined ? row('Database', place(approval)) : [row('Kind', action.kind), row('Environment', approval.environment)]}
${approval.application !== undefined && row('Application', approval.application)}
${impactFacts(approval.impact).map(([name, text]) => row(name, text))}
${approval.maskedColumns.length > 0 && row('Masked columns', approval.maskedColumns.join(', '))}
${action === undefined && viewer.explains === true && lineageLink(approval.shortId)}
<div><dt>Asked</dt><dd>${time(approval.createdAt)}</dd></div>
${action === undefined && html`<div><dt>Session</dt><dd>${viewer.auditor ? html`<a href="/sessions/${approval.sessionId}">${approval.sessionId}</a>` : approval.sessionId}, statement ${approval.statementNumber + 1}</dd></div>`}
</dl>
</section>`
}

function row(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`
}

/** The forms; `data-state` tells the script when they have to be replaced. */
function decide(view: ApprovalView): Part {
  const { approval, person } = view
  if (approval.state !== 'pending') return html`<section id="decide" data-live></section>`
  const mayApprove = barredFrom(approval, person, 'approved')
  const mayDeny = barredFrom(approval, person, 'denied')
  const approved = countedAnswers(approval.answers).some(answer => answer.name === person.name)
  return html`<section id="decide" data-live data-state="${approval.state}" class="decide">
<h2>Decide</h2>
${approved && html`<p>You approved this. It still needs others.</p>`}
${mayApprove !== undefined && html`<p class="note">You cannot approve this: <bdi>${mayApprove.message}</bdi>.</p>`}
<div class="forms">
${mayApprove === undefined && !approved && approveForm(view)}
${mayDeny === undefined && denyForm(view)}
</div>
</section>`
}

function approveForm({ approval, viewer }: ApprovalView): Html {
  return html`<form class="stack approve" method="post" action="/approvals/${approval.shortId}/approve">
  ${bound(approval, viewer)}
  <label class="check"><input type="checkbox" name="confirm" value="yes" required> I have read ${actionOf(approval) === undefined ? 'the whole statement, and it may run' : 'what would be done, and it may be done'}.</label>
  <label><span>Comment <small>(optional)</small></span>
    <input name="reason" maxlength="2000" autocomplete="off">
  </label>
  ${grantFields(approval)}
  <button class="primary">Approve</button>
</form>`
}

function denyForm({ approval, viewer, reason }: ApprovalView): Html {
  return html`<form class="stack deny" method="post" action="/approvals/${approval.shortId}/deny">
  ${bound(approval, viewer)}
  <label><span>Reason <small>(the requester sees it)</small></span>
    <input name="reason" value="${reason}" maxlength="2000" autocomplete="off" required>
  </label>
  <button class="danger">Deny</button>
</form>`
}

/** What was shown goes with the answer. */
function bound(approval: Approval, viewer: Viewer): Html {
  return html`<input type="hidden" name="csrf" value="${viewer.csrf}">
  <input type="hidden" name="digest" value="${approval.digest}">`
}

function history(approval: Approval): Html {
  const events: { at: Date; text: string }[] = [
    { at: approval.createdAt, text: `${who(approval.requester)} asked` },
    ...approval.answers.map(answer => ({
      at: answer.at,
      text: `${answerText(answer)}${answer.stale === true ? ' (counts no more)' : ''}`,
    })),
    ...approval.drifts.map(({ at, what }) => ({
      at,
      text: `it drifted, and is asked again: ${what}`,
    })),
  ]
  events.sort((a, b) => a.at.getTime() - b.at.getTime())
  const { state, settledAt, startedAt, endedAt } = approval
  if (settledAt !== undefined && (state === 'expired' || state === 'withdrawn')) {
    events.push({ at: settledAt, text: stateText(approval) })
  }
  if (startedAt !== undefined) events.push({ at: startedAt, text: 'it ran' })
  if (endedAt !== undefined) events.push({ at: endedAt, text: stateText(approval) })
  events.push(...afterwards(approval))
  return html`<section id="history" data-live>
<h2>What happened</h2>
<ol class="history">${events.map(event => html`<li>${time(event.at)} <span><bdi>${event.text}</bdi></span></li>`)}</ol>
</section>`
}
