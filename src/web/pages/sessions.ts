/** Recorded sessions: a list, and the statements of one as a list. */
import { durationText, errorText, rowsText } from '../../approvals/describe.ts'
import { type Html, html, visible } from '../html.ts'
import type { SessionDetail, SessionStatement, SessionSummary } from '../options.ts'
import { badge, layout, time, type Viewer } from './layout.ts'

export function sessionPage(viewer: Viewer, session: SessionDetail): Html {
  return layout({
    title: `Session of ${session.user}`,
    viewer,
    here: 'sessions',
    body: html`<article>
<p class="crumbs"><a href="/sessions">Sessions</a> / <span class="id">${session.id}</span></p>
<h1><bdi>${name(session)}</bdi> in <bdi>${session.database} (${session.environment})</bdi></h1>
<p>${time(session.startedAt)} – ${session.endedAt === undefined ? 'still open' : time(session.endedAt)}</p>
<p class="note">With its rows and its timing, in a terminal: <code>countersign sessions replay ${session.id}</code></p>
<ol class="statements">${session.items.map(item)}</ol>
</article>`,
  })
}

function item(statement: SessionStatement): Html {
  const { error, rows } = statement
  const ended = [
    ...(error === undefined
      ? [statement.tag, rows === undefined ? undefined : rowsText(rows)]
      : [`failed: ${errorText(error)}`]),
    statement.durationMs === undefined ? undefined : durationText(statement.durationMs),
  ].filter(part => part !== undefined)
  return html`<li>
<p class="foot">${time(statement.at)} ${statement.verdict !== 'allow' && badge(statement.verdict, statement.verdict)}
${statement.rules.map(rule => html`<span class="tag">${rule}</span>`)}
${statement.approvalId !== undefined && html`<a href="/approvals/${statement.approvalId}">approval</a>`}
<span>${ended.join(', ')}</span></p>
<pre class="sql"><code>${visible(statement.text)}</code></pre>
</li>`
}

function name(session: SessionSummary): string {
  if (session.kind === 'person') return session.user
  return `agent ${session.user}${session.owner === undefined ? '' : ` (owner ${session.owner})`}`
}
