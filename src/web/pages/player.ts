/** The page on which a session is played; the file that plays it without a server has the same. */
import type { SessionEntry } from '../../recording/journal/clear.ts'
import { type Html, html } from '../html.ts'
import { layout, type Viewer } from './layout.ts'

export interface PlayerPage {
  readonly session: SessionEntry
  readonly viewer: Viewer
  readonly live: boolean
  readonly mayEnd: boolean
  /** What went wrong with a form. */
  readonly error?: string | undefined
}

export function playerPage({ session, viewer, live, mayEnd, error }: PlayerPage): Html {
  const { id } = session
  return layout({
    title: `Session of ${session.user}`,
    viewer,
    here: 'sessions',
    player: true,
    body: html`<p class="crumbs"><a href="/sessions">Sessions</a> / <span class="id">${id}</span></p>
${sessionHead(session)}
${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
<noscript><p class="warning">The player needs JavaScript. Here is <a href="/sessions/${id}?plain=1">the list of its statements</a>;
with rows and timing, in a terminal: <code>countersign sessions replay ${id}</code></p></noscript>
${playerShell(
  id,
  html`<details><summary>Export</summary>
<p><a href="/sessions/${id}/export?format=html" download>One page that plays it without a server</a> ·
<a href="/sessions/${id}/export?format=ndjson" download>Evidence (NDJSON)</a> ·
<a href="/sessions/${id}/export?format=asciicast" download>asciicast</a> ·
<a href="/sessions/${id}?plain=1">List of statements</a></p>
<p class="note">Whoever has one of these files can read what is in it.</p></details>
${
  mayEnd &&
  live &&
  html`<details data-live-only><summary>End this session</summary>
<form method="post" action="/sessions/${id}/end">
  <input type="hidden" name="csrf" value="${viewer.csrf}">
  <label>Reason, which is recorded <input name="reason" required maxlength="500"></label>
  <button class="danger">End it, and cancel what runs</button>
</form></details>`
}`,
)}`,
  })
}

export function sessionHead(session: SessionEntry): Html {
  const { user, kind, owner, database, environment, application, remoteAddress, tls } = session
  const who = kind === 'person' ? user : `agent ${user}${owner === null ? '' : ` (owner ${owner})`}`
  const started = session.startedAt.replace('T', ' ').slice(0, 19)
  return html`<h1><bdi>${who}</bdi> in <bdi>${database} (${environment})</bdi></h1>
<p class="foot"><span>${started} UTC</span> <bdi>${application ?? 'no application name'}</bdi>
<bdi>${remoteAddress}${tls ? ', TLS' : ''}</bdi></p>`
}

/** `id` undefined: the session is in the page itself. */
export function playerShell(id: string | undefined, foot: Html): Html {
  return html`<section id="player"${id !== undefined && html` data-session="${id}"`} aria-label="Player">
<div class="player-bar">
  <button type="button" id="play" class="primary">▶ Play</button>
  <output id="clock">0:00.0</output>
  <label>Speed <select id="speed">${speeds.map(
    each => html`<option value="${each}"${each === 1 && html` selected`}>${each}×</option>`,
  )}</select></label>
  <label class="check"><input type="checkbox" id="skip" checked> Skip pauses</label>
  <button type="button" id="next-hold">Next hold</button>
  <button type="button" id="next-error">Next error</button>
  <form id="search" role="search"><input type="search" name="text" maxlength="200" placeholder="Search in this session" aria-label="Search in this session"><output id="hits"></output></form>
  <span id="chain" class="badge">chain: being checked</span>
  <span id="live" class="badge" hidden>live</span>
  <label class="check" data-live-only hidden><input type="checkbox" id="follow" checked> Follow</label>
</div>
<div id="track" role="slider" tabindex="0" aria-label="Playhead" aria-valuemin="0" aria-valuemax="0" aria-valuenow="0"><canvas></canvas><div id="head"></div></div>
<p id="said" role="status"></p>
<div class="split">
  <div id="list" class="virtual" role="listbox" tabindex="0" aria-label="Statements"><div class="spacer"></div></div>
  <article id="detail" hidden>
    <p id="facts"></p>
    <pre class="sql"><code id="sql"></code></pre>
    <ul id="parameters"></ul>
    <ul id="notes"></ul>
    <div id="tabs" role="tablist"></div>
    <section id="result" hidden>
      <p class="foot"><span id="outcome"></span>${id !== undefined && html` <a id="csv" hidden download>CSV</a>`}</p>
      <pre id="failure" class="error" hidden></pre>
      <div id="grid" class="virtual" role="grid" tabindex="0" aria-label="Rows"><div id="columns" role="row"></div><div class="spacer"></div></div>
    </section>
  </article>
</div>
<div class="player-foot"><span id="missing"></span>
<details id="keys"><summary>Keys</summary><dl>${keys.map(
    ([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`,
  )}</dl></details>
${foot}</div>
<dialog id="record"><h2></h2><dl></dl><form method="dialog"><button>Close</button></form></dialog>
</section>`
}

const speeds = [0.25, 0.5, 1, 2, 4, 16, 64]

const keys: readonly (readonly [string, string])[] = [
  ['Space', 'play, pause'],
  ['← →', '5 seconds back, on'],
  ['↑ ↓', 'statement before, after; in the rows: row'],
  ['[ ]', 'slower, faster'],
  ['h', 'next hold'],
  ['e', 'next error or denial'],
  ['g', 'next gap: something that is missing'],
  ['/', 'search; n and N: next hit, last hit'],
  ['Enter', 'in the rows: the whole row'],
  ['Home End', 'the beginning, the last statement'],
  ['f', 'follow a session that runs'],
]
