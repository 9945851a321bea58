/** Recorded sessions: a form that asks, which works without JavaScript, and what it found. */
import { durationText } from '../../approvals/describe.ts'
import type { FoundSession, SessionPage } from '../../recording/reading/search.ts'
import { type Html, html } from '../html.ts'
import type { QueryTexts } from '../session-query.ts'
import { badge, layout, time, type Viewer } from './layout.ts'

export interface SessionSearchView {
  readonly viewer: Viewer
  /** As they were sent: shown again in the form. */
  readonly texts: QueryTexts
  /** Absent: nothing could be asked. */
  readonly page?: SessionPage
  readonly error?: string
}

export function sessionsPage({ viewer, texts, page, error }: SessionSearchView): Html {
  return layout({
    title: 'Sessions',
    viewer,
    here: 'sessions',
    body: html`<h1>Sessions</h1>
${form(texts)}
${error !== undefined && html`<p class="error" role="alert"><bdi>${error}</bdi></p>`}
${page !== undefined && found(page, texts)}`,
  })
}

type Field = readonly [name: keyof QueryTexts, label: string, example: string]

const whoAndWhere: readonly Field[] = [
  ['user', 'User', 'ada'],
  ['owner', 'Owner of the agent', 'olga'],
  ['database', 'Database', 'shop'],
  ['environment', 'Environment', 'production'],
  ['since', 'Since', '2026-11-01, or 7d'],
  ['until', 'Until', '2026-12-01'],
]
const what: readonly Field[] = [
  ['table', 'Table', 'public.customers'],
  ['column', 'Column', 'customers.email'],
  ['effect', 'Effect', 'delete'],
  ['rule', 'Rule', 'unfiltered-write'],
  ['approver', 'Decided by', 'rita'],
  ['text', 'Statement has', 'from invoices'],
  ['rows', 'Rows, at least', '10000'],
  ['bytes', 'Bytes, at least', '10MiB'],
]

function form(texts: QueryTexts): Html {
  const open = what.some(([name]) => texts[name] !== undefined) || texts.verdict !== undefined
  return html`<form class="search" method="get" action="/sessions" role="search">
<div class="fields">${whoAndWhere.map(each => input(each, texts))}</div>
<details${open && html` open`}><summary>What one of its statements did</summary>
<div class="fields">${what.map(each => input(each, texts))}
<label>Verdict <select name="verdict"><option value="">any</option>${['allow', 'hold', 'deny'].map(
    verdict =>
      verdict === texts.verdict
        ? html`<option selected>${verdict}</option>`
        : html`<option>${verdict}</option>`,
  )}</select></label></div></details>
<p><button class="primary">Search</button> <a href="/sessions">Everything</a></p>
</form>`
}

function input([name, label, example]: Field, texts: QueryTexts): Html {
  return html`<label>${label} <input name="${name}" value="${texts[name] ?? ''}" placeholder="${example}" autocomplete="off" spellcheck="false"></label>`
}

function found({ sessions, next, behindBytes }: SessionPage, texts: QueryTexts): Html {
  const none = Object.keys(texts).length === 0 ? 'No session was recorded yet.' : 'Nothing fits.'
  return html`${behindBytes !== undefined && html`<p class="warning" role="status">The archive is behind: sessions of the last minutes may be missing.</p>`}
${sessions.length === 0 ? html`<p class="none">${none}</p>` : html`<ul class="cards">${sessions.map(card)}</ul>`}
${next !== undefined && html`<p><a rel="next" href="/sessions?${new URLSearchParams({ ...texts, after: next }).toString()}">Older sessions</a></p>`}`
}

function card(session: FoundSession): Html {
  const { matched, statements, held, denied, failed, brokeGlass } = session
  const startedAt = new Date(session.startedAt)
  return html`<li class="card">
<a href="/sessions/${session.id}">
  <span class="head">${brokeGlass > 0 && badge('break-glass', 'high')}${denied > 0 && badge(`${denied} denied`, 'deny')}${held > 0 && badge(`${held} held`, 'hold')}<b><bdi>${name(session)}</bdi></b> <bdi>${session.database} (${session.environment})</bdi></span>
  <span class="foot">${time(startedAt)} <span>${ended(session, startedAt)}</span>
  <span>${statements} ${statements === 1 ? 'statement' : 'statements'}${matched !== undefined && `, ${matched} of them found`}</span>
  ${failed > 0 && html`<span>${failed} failed</span>`}
  ${session.application !== null && html`<bdi>${session.application}</bdi>`}</span>
</a>
</li>`
}

function ended({ state, endedAt }: FoundSession, startedAt: Date): string {
  if (state === 'cut') return 'cut off when the proxy stopped'
  if (endedAt === null) return 'still open'
  return `ended after ${durationText(new Date(endedAt).getTime() - startedAt.getTime())}`
}

function name({ kind, user, owner }: FoundSession): string {
  if (kind === 'person') return user
  return `agent ${user}${owner === null ? '' : ` (owner ${owner})`}`
}
