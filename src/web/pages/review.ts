/** What broke the glass, and the form of whoever looks at it afterwards. */
import { barredFrom } from '../../approvals/approval.ts'
import { html, type Part } from '../html.ts'
import type { ApprovalView } from './approval.ts'
import { time } from './layout.ts'

export function reviewSection({ approval, viewer, person }: ApprovalView): Part {
  const { review } = approval
  if (review === undefined) return undefined
  if (review.state === 'closed') {
    return html`<section id="review" data-live>
<h2>Looked at afterwards</h2>
<p><bdi>${review.by ?? ''}</bdi>${review.at !== undefined && html`, ${time(review.at)}`}: <bdi>${review.comment ?? ''}</bdi></p>
</section>`
  }
  const bar = barredFrom(approval, person, 'approved')
  return html`<section id="review" data-live class="decide">
<h2>It broke the glass</h2>
<p class="warning">Nobody approved this before it ran. Somebody else has to look at it, and say with what result.</p>
${bar !== undefined && html`<p class="note">You cannot close this review: <bdi>${bar.message}</bdi>.</p>`}
${
  bar === undefined &&
  html`<div class="forms"><form class="stack" method="post" action="/approvals/${approval.shortId}/close-review">
  <input type="hidden" name="csrf" value="${viewer.csrf}">
  <label><span>What came of it</span>
    <input name="comment" maxlength="2000" autocomplete="off" required>
  </label>
  <button class="primary">Close the review</button>
</form></div>`
}
</section>`
}
