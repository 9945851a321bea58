/** The report as a page of its own, to be read or printed: no script, nothing fetched. */
import type { Answer, PrivilegedDecision, Proof } from '../../recording/report/gather.ts'
import type { Report } from '../../recording/report/report.ts'
import { Html, html, visible } from '../html.ts'

export function reportPage(report: Report): Html {
  const { since, until, made, counts, controls, decisions, happenings, observeDays } = report
  const byId = new Map(counts.map(count => [count.id, count]))
  return html`${new Html('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<title>Privileged access to databases, ${day(since)} to ${day(until)}</title>
<style>${new Html(style)}</style>
</head>
<body>
<h1>Privileged access to databases</h1>
<p>From ${since.slice(0, 19)} until ${until.slice(0, 19)} UTC, excluded. Made ${made.slice(0, 19).replace('T', ' ')} UTC by Countersign from its journal.</p>
${integrity(report)}
<h2>Counts</h2>
<table class="counts"><tbody>${counts.map(({ name, count }) => html`<tr><th scope="row">${name}</th><td>${count}</td></tr>`)}</tbody></table>
${observeDays.length > 0 && html`<p>The policy only observed on ${observeDays.join(', ')}.</p>`}
<h2>Controls</h2>
<p class="note">What this report can say something about. Whether a control is met is for an auditor to judge.</p>
<table class="controls"><thead><tr><th>Framework</th><th>Control</th><th>Asks</th><th>Evidence here</th></tr></thead>
<tbody>${controls.map(
    control =>
      html`<tr><td>${control.framework}</td><td>${control.control}</td><td>${control.asks}</td><td>${control.evidence
        .flatMap(id => byId.get(id) ?? [])
        .map(({ name, count }) => `${name}: ${count}`)
        .join('; ')}</td></tr>`,
  )}</tbody></table>
<h2>Decisions</h2>
${decisions.length === 0 ? html`<p>None.</p>` : decisions.map(decision)}
<h2>Beside statements</h2>
<p class="note">Policies, grants, reviews, attempts that did not count, gaps, storage.</p>
<table><thead><tr><th>When</th><th>What</th><th>Who</th><th>Detail</th><th>Proof</th></tr></thead>
<tbody>${happenings.map(
    ({ at, type, user, session, detail, proof }) =>
      html`<tr><td>${at.slice(0, 19)}</td><td>${type}</td><td><bdi>${user}</bdi> ${session.slice(0, 8)}</td><td>${facts(detail)}</td><td>${proofText(proof)}</td></tr>`,
  )}</tbody></table>
</body>
</html>
`
}

function integrity({ integrity: { segments, records, unsigned, findings } }: Report): Html {
  const checked = `${records} records in ${segments} segments were checked`
  const signed = unsigned === 0 ? '' : `; the last ${unsigned} are not signed yet`
  return findings.length === 0
    ? html`<p class="good">${checked}: chains and signatures are whole, nothing was altered${signed}.</p>`
    : html`<div class="bad"><p>${checked}, and ${findings.length} things are wrong${signed}:</p><ul>${findings.slice(0, 100).map(finding => html`<li>${finding}</li>`)}</ul></div>`
}

function decision(each: PrivilegedDecision): Html {
  const { at, requester, kind, owner, database, environment, verdict, observed, rules } = each
  const who = kind === 'agent' ? `agent ${requester}, owner ${owner ?? 'unknown'}` : requester
  const would = observed === null ? '' : `, would have been ${observed}`
  const rows = each.rows === null ? '' : `, ${each.rows} rows`
  return html`<section class="decision">
<h3>${at.slice(0, 19)} <bdi>${who}</bdi> on <bdi>${database} (${environment})</bdi>: ${each.breakGlass && 'BREAK-GLASS, '}${each.outcome}</h3>
<pre>${visible(each.text)}</pre>
<dl>
<div><dt>Policy</dt><dd>${verdict}${would}${rules.length > 0 && html` by ${rules.join(', ')}`}. ${each.reason}</dd></div>
${each.requesterReason !== null && html`<div><dt>Wanted because</dt><dd><bdi>${each.requesterReason}</bdi></dd></div>`}
<div><dt>Decided by</dt><dd>${each.answers.length === 0 ? 'nobody' : each.answers.map(answer)}</dd></div>
<div><dt>Outcome</dt><dd>${each.outcome}${each.result !== null && `: ${each.result}`}${rows}</dd></div>
<div><dt>Proof</dt><dd class="proof">session ${each.session}, statement ${each.statement}${each.shortId !== null && `, approval ${each.shortId}`}<br>${each.proof.map(proof => html`${proof.of}: ${proofText(proof)}<br>`)}</dd></div>
</dl>
</section>`
}

function answer({ by, decision: said, surface, at, reason }: Answer): Html {
  return html`<div><b><bdi>${by}</bdi></b> ${said} ${surface !== null && `(${surface})`} ${at.slice(0, 19)}${reason === null ? ', without a reason' : html`: <bdi>${reason}</bdi>`}</div>`
}

function proofText({ segment, record, hash, signedAt, key }: Proof): Html {
  const signed = key === null ? 'not signed yet' : `signed ${signedAt ?? ''} by ${key}`
  return html`<span class="hash">segment ${segment}, record ${record}, SHA-256 ${hash}, ${signed}</span>`
}

function facts(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
    .slice(0, 1000)
}

function day(moment: string): string {
  return moment.slice(0, 10)
}

const style = `
body { font: 10pt/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #111; background: #fff; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2rem; border-bottom: 1px solid #999; } h3 { font-size: 1rem; margin: 0 0 .3rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
thead th { border-bottom: 1px solid #333; } .counts { width: auto; } .counts th { font-weight: normal; } .counts td { text-align: right; font-variant-numeric: tabular-nums; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f4f4; padding: .5rem; margin: .3rem 0; }
dl { margin: 0; } dl > div { display: grid; grid-template-columns: 9rem 1fr; } dt { color: #555; } dd { margin: 0; }
.decision { margin: 1rem 0; padding: .6rem .8rem; border: 1px solid #ccc; break-inside: avoid; }
.controls :is(th, td):nth-child(-n+2) { white-space: nowrap; }
.hash, .proof { font: 8pt/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.note { color: #555; } .good { border-left: 3px solid #2a7d2a; padding-left: .6rem; } .bad { border-left: 3px solid #b00020; padding-left: .6rem; color: #b00020; }
.hidden-character { border: 1px solid #b00020; padding: 0 .2rem; font-size: 8pt; color: #b00020; }
@page { margin: 16mm; } @media print { body { margin: 0; max-width: none; } thead { display: table-header-group; } }
`
