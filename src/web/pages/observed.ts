/** What mode `observe` let pass, by rule and by who did it. */
import { type Html, html, visible } from '../html.ts'
import type { ObservedGroup, ObservedList } from '../options.ts'
import { badge, layout, time, type Viewer } from './layout.ts'

export const spans: Readonly<Record<string, number>> = {
  '24 hours': 86_400_000,
  '7 days': 7 * 86_400_000,
  '30 days': 30 * 86_400_000,
}

export interface ObservedView {
  readonly viewer: Viewer
  readonly span: string
  readonly list: ObservedList
  /** Whether the policy observes now. */
  readonly observes: boolean
}

export function observedPage({ viewer, span, list, observes }: ObservedView): Html {
  const { groups } = list
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  return layout({
    title: 'Observed',
    viewer,
    here: 'observed',
    body: html`<section>
<h1>Observed <small>${total.toLocaleString('en')}</small></h1>
<p>What the policy would have held or denied, and let pass because its mode was <code>observe</code>.
${observes ? 'It observes now: nothing is held.' : 'It does not observe now: rules are in force.'}</p>
<p class="foot"><span>Of the last</span> ${Object.keys(spans).map(each =>
      each === span
        ? html`<b aria-current="true">${each}</b>`
        : html`<a href="/observed?span=${encodeURIComponent(each)}">${each}</a>`,
    )}</p>
${
  groups.length === 0
    ? html`<p class="none">Nothing would have been held or denied.</p>`
    : html`<ul class="cards">${groups.map(card)}</ul>`
}
</section>`,
  })
}

function card(group: ObservedGroup): Html {
  const { rule, would, user, kind, database, reason, count, last, example, session } = group
  const times = count === 1 ? 'once' : `${count.toLocaleString('en')} times`
  return html`<li class="card">
<a href="/sessions/${session}">
  <span class="head">${badge(would === 'hold' ? 'would hold' : 'would deny', would)}<b>${rule}</b> <span>${times} · <bdi>${kind === 'agent' ? `agent ${user}` : user}</bdi> on <bdi>${database}</bdi></span></span>
  ${reason !== '' && html`<span class="note"><bdi>${reason}</bdi></span>`}
  <code class="line">${visible(example)}</code>
  <span class="foot">last ${time(last)} <span>session ${session.slice(0, 8)}</span></span>
</a>
</li>`
}
