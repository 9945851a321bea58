/** What would happen to a statement: a form, and the answer as the command gives it. */
import { type Html, html, visible } from '../html.ts'
import { layout, type Viewer } from './layout.ts'

export interface ExplainView {
  readonly viewer: Viewer
  readonly databases: readonly string[]
  readonly users: readonly string[]
  readonly sql: string
  readonly database: string | undefined
  readonly user: string | undefined
  readonly answer?: string | undefined
  readonly error?: string | undefined
}

export function explainPage(view: ExplainView): Html {
  const { viewer, sql, error } = view
  return layout({
    title: 'Explain',
    viewer,
    here: 'explain',
    body: html`<article>
<h1>What would happen to a statement</h1>
<p class="note">Nothing of it runs: it is read against the database's catalog, and judged by the rules in force.</p>
${error !== undefined && html`<p class="error" role="alert"><bdi>${error}</bdi></p>`}
${viewer.auditor ? form(view) : html`<pre class="sql"><code>${visible(sql)}</code></pre>`}
${answer(view)}
</article>`,
  })
}

function form({ viewer, databases, users, sql, database, user }: ExplainView): Html {
  return html`<form class="stack" method="post" action="/explain">
<input type="hidden" name="csrf" value="${viewer.csrf}">
<p><label for="sql">Statement</label><br><textarea id="sql" name="sql" rows="6" required spellcheck="false">${sql}</textarea></p>
<p>${choice('database', 'Database', databases, database)} ${choice('user', 'By', users, user)} <button>Explain</button></p>
</form>`
}

function choice(
  name: string,
  label: string,
  among: readonly string[],
  chosen: string | undefined,
): Html {
  return html`<label>${label} <select name="${name}">${among.map(each =>
    each === chosen ? html`<option selected>${each}</option>` : html`<option>${each}</option>`,
  )}</select></label>`
}

function answer({ answer }: ExplainView): Html {
  if (answer === undefined) return html``
  return html`<section id="explanation"><h2>Answer</h2><pre class="sql"><code>${visible(answer)}</code></pre></section>`
}

/** On the page of a request: whoever decides it may want to know. */
export function lineageLink(shortId: string): Html {
  return html`<div><dt>Lineage</dt><dd><a href="/explain?approval=${shortId}">where its columns come from, and what is masked</a></dd></div>`
}
