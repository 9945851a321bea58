/** Grants: what is given with an approval, what one covers, and the list of those that one may see. */
import { type Approval, barredFrom } from '../../approvals/approval.ts'
import { grantKindText, spanText, what, who } from '../../approvals/describe.ts'
import { type Grant, grantedEffects, grantState } from '../../approvals/grant.ts'
import { type Html, html, type Part } from '../html.ts'
import type { ApprovalView } from './approval.ts'
import { layout, time, type Viewer } from './layout.ts'

export interface GrantsView {
  readonly viewer: Viewer
  /** Newest first. */
  readonly grants: readonly Grant[]
  readonly now: Date
  readonly error?: string | undefined
}

/** Beside Approve. Works without a script: what is not chosen is this run only. */
export function grantFields({ grantable }: Approval): Part {
  if (grantable === undefined || grantable.kinds.length === 0) return undefined
  const { kinds, secondsMax, timesMax } = grantable
  const minutesMax = Math.max(1, Math.floor(secondsMax / 60))
  return html`<label><span>It may run</span>
    <select name="grant">
      <option value="">this once</option>
      ${kinds.map(kind => html`<option value="${kind}">again: ${grantKindText[kind]}</option>`)}
    </select>
  </label>
  <div class="pair">
  <label><span>Again for <small>(minutes, at most ${String(minutesMax)})</small></span>
    <input name="grant_minutes" type="number" min="1" max="${String(minutesMax)}" value="${String(Math.min(60, minutesMax))}">
  </label>
  <label><span>Times <small>(at most ${String(timesMax)})</small></span>
    <input name="grant_times" type="number" min="1" max="${String(timesMax)}" value="${String(Math.min(10, timesMax))}">
  </label>
  </div>`
}

/** On the page of the request that it was given with. */
export function grantSection({ approval, viewer, person, now }: ApprovalView): Part {
  const { grant } = approval
  if (grant === undefined) return undefined
  const mayRevoke =
    person.name === approval.requester.name || barredFrom(approval, person, 'denied') === undefined
  return html`<section id="grant" data-live>
<h2>What it allows beyond this run</h2>
<p><b>${grantKindText[grant.kind]}</b>, given by <bdi>${grant.by.join(', ')}</bdi></p>
<p>${stateLine(grant, now)}</p>
${mayRevoke && revokeForm(grant, viewer, now)}
</section>`
}

export function grantsPage({ viewer, grants, now, error }: GrantsView): Html {
  const [active, over] = [true, false].map(wanted =>
    grants.filter(grant => (grantState(grant, now) === 'active') === wanted),
  )
  return layout({
    title: 'Grants',
    viewer,
    here: 'grants',
    body: html`<h1>Grants</h1>
<p class="note">What reviewers allowed for more than one run. Revoked, it is over at once: the next statement waits again, in open sessions, too.</p>
${error !== undefined && html`<p class="error" role="alert">${error}</p>`}
${list('In force', active ?? [], viewer, now, 'No grant is in force.')}
${(over ?? []).length > 0 && list('Over', over ?? [], viewer, now, '')}`,
  })
}

function list(
  title: string,
  grants: readonly Grant[],
  viewer: Viewer,
  now: Date,
  none: string,
): Html {
  return html`<section>
<h2>${title}</h2>
${grants.length === 0 ? html`<p class="none">${none}</p>` : html`<ul class="cards">${grants.map(grant => card(grant, viewer, now))}</ul>`}
</section>`
}

function card(grant: Grant, viewer: Viewer, now: Date): Html {
  const covered =
    grant.kind === 'rule' ? `rule ${grant.rules.join(', ')}` : what(grantedEffects(grant.effects))
  return html`<li class="card grant">
<p><a class="id" href="/approvals/${grant.shortId}">${grant.shortId}</a>
<b><bdi>${who(grant.requester)}</bdi></b>: ${grantKindText[grant.kind]},
<bdi>${covered}</bdi> in <bdi>${grant.database}</bdi> (<bdi>${grant.environment}</bdi>)</p>
<code class="line">${grant.statement.replaceAll(/\s+/g, ' ').slice(0, 160)}</code>
<p class="note">Given by <bdi>${grant.by.join(', ')}</bdi> ${time(grant.createdAt)}. ${stateLine(grant, now)}</p>
${revokeForm(grant, viewer, now)}
</li>`
}

function stateLine(grant: Grant, now: Date): Part {
  const used = `${grant.used} of ${grant.times} times used`
  const state = grantState(grant, now)
  if (state === 'revoked') {
    const why = grant.revokedReason === undefined ? '' : `: ${grant.revokedReason}`
    return html`Revoked by <bdi>${grant.revokedBy ?? ''}${why}</bdi>, ${used}.`
  }
  if (state !== 'active') return html`${state === 'expired' ? 'Expired' : 'Used up'}, ${used}.`
  return html`${spanText(grant.expiresAt.getTime() - now.getTime())} left, ${used}.`
}

function revokeForm(grant: Grant, viewer: Viewer, now: Date): Part {
  if (grantState(grant, now) !== 'active') return undefined
  return html`<form class="stack" method="post" action="/grants/${grant.shortId}/revoke">
  <input type="hidden" name="csrf" value="${viewer.csrf}">
  <label><span>Reason <small>(optional)</small></span>
    <input name="reason" maxlength="2000" autocomplete="off">
  </label>
  <button class="danger">Revoke</button>
</form>`
}
