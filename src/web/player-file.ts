/**
 * A session in one file of HTML that plays without a server: the console's player, with what it would
 * fetch in the page itself. What was recorded is data there, never markup or code.
 */
import { createHash } from 'node:crypto'
import type { SessionEntry } from '../recording/journal/clear.ts'
import type { Playback } from '../recording/playback/playback.ts'
import type { ChainState } from '../recording/playback/playbacks.ts'
import { html } from './html.ts'
import { playerShell, sessionHead } from './pages/player.ts'
import { player } from './player/script.ts'
import { playerStyle } from './player/style.ts'
import { style } from './style.ts'
import { timelineOf } from './timeline.ts'

export function* playerFile(
  session: SessionEntry,
  playback: Playback,
  chain: ChainState,
): Generator<string> {
  const css = `${style}${playerStyle}`
  // Nothing but these two runs or is loaded, whatever the data are.
  const policy = `default-src 'none'; script-src '${digest(player)}'; style-src '${digest(css)}'`
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Session ${html`${session.id}`.markup} · Countersign</title>
<style>${css}</style>
</head>
<body>
<main id="main">
`
  const made = new Date().toISOString().slice(0, 10)
  const note = html`<p class="note">Made on ${made}. This file proves nothing by itself: the evidence is the
export in NDJSON, which <code>countersign sessions verify</code> checks.</p>`
  yield `${sessionHead(session).markup}\n${playerShell(undefined, note).markup}\n`
  const played = { session, playback, live: false, complete: true, caughtUp: true }
  yield json(JSON.stringify(timelineOf(played, 0, Number.POSITIVE_INFINITY)), 'id="recording"')
  yield json(JSON.stringify(chain), 'id="chain-state"')
  for (const { results } of playback.statements) {
    for (const { id } of results) {
      for (const { from, json: page } of playback.rows(id)?.pages() ?? []) {
        yield json(page.toString('utf8'), `data-result="${id}" data-from="${from}"`)
      }
    }
  }
  yield `<script>${player}</script>\n</main>\n</body>\n</html>\n`
}

/** Nothing in it can end the element: in JSON a `<` may be written by its number. */
function json(text: string, attributes: string): string {
  const safe = text.replaceAll('<', '\\u003c')
  return `<script type="application/json" ${attributes}>${safe}</script>\n`
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
