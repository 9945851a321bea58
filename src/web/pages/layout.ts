/** The frame of every page. */
import { assets } from '../assets.ts'
import { type Html, html, type Part } from '../html.ts'

/** Who looks at a page. */
export interface Viewer {
  readonly name: string
  readonly csrf: string
  /** Whether the session pages are for them. */
  readonly auditor: boolean
  /** Whether there is a page of what was only observed. */
  readonly observes?: boolean
  /** Whether there is a page that explains statements. */
  readonly explains?: boolean
}

export interface Page {
  readonly title: string
  readonly viewer: Viewer | undefined
  readonly body: Part
  readonly here?: 'approvals' | 'grants' | 'sessions' | 'explain' | 'observed'
  /** Whether the page plays a session. */
  readonly player?: true
  /** For browsers without our script. */
  readonly refreshSeconds?: number | undefined
}

export function layout(page: Page): Html {
  const { viewer } = page
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · Countersign</title>
<link rel="icon" href="${assets.icon.path}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.style.path}">
${
  page.player === true &&
  html`<link rel="stylesheet" href="${assets.playerStyle.path}">
<script src="${assets.player.path}" defer></script>`
}
${viewer && html`<script src="${assets.script.path}" defer></script>`}
${
  page.refreshSeconds !== undefined &&
  html`<noscript><meta http-equiv="refresh" content="${page.refreshSeconds}"></noscript>`
}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
  <a class="brand" href="/">${mark}<span>Countersign</span></a>
  ${viewer && navigation(viewer, page.here)}
</header>
<main id="main">
${page.body}
</main>
</body>
</html>
`
}

function navigation(viewer: Viewer, here: Page['here']): Html {
  const link = (to: string, name: string, key: Page['here']): Html =>
    key === here
      ? html`<a href="${to}" aria-current="page">${name}</a>`
      : html`<a href="${to}">${name}</a>`
  return html`<nav aria-label="Console">
    ${link('/', 'Approvals', 'approvals')}
    ${link('/grants', 'Grants', 'grants')}
    ${viewer.auditor && link('/sessions', 'Sessions', 'sessions')}
    ${viewer.observes === true && viewer.auditor && link('/observed', 'Observed', 'observed')}
    ${viewer.explains === true && viewer.auditor && link('/explain', 'Explain', 'explain')}
  </nav>
  <form class="who" method="post" action="/sign-out">
    <input type="hidden" name="csrf" value="${viewer.csrf}">
    <bdi>${viewer.name}</bdi>
    <button class="quiet">Sign out</button>
  </form>`
}

/** Two strokes, one signed over the other. */
const mark: Html = html`<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M3 15c4 0 5-9 8-9s0 11 3 11 3-4 7-4" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/><path d="M3 20h18" stroke="currentColor" stroke-width="2" stroke-linecap="round" opacity=".45"/></svg>`

/** A page that only says something. */
export function messagePage(title: string, text: string, viewer: Viewer | undefined): Html {
  return layout({
    title,
    viewer,
    body: html`<section class="narrow"><h1>${title}</h1><p>${text}</p><p><a href="/">To the approvals</a></p></section>`,
  })
}

export function time(date: Date): Html {
  const iso = date.toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`
}

export function badge(text: string, kind: string): Html {
  return html`<span class="badge ${kind}">${text}</span>`
}
