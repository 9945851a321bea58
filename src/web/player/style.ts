/** What the player's page has beside the console's style sheet. */
export const playerStyle = `
:root { --warn-line: #d08700; }
@media (prefers-color-scheme: dark) { :root { --warn-line: #f0b54a; } }
main:has(#player) { max-width: 110rem; padding-bottom: 1rem; }
#player [hidden] { display: none; }
.player-bar { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin: .5rem 0; }
.player-bar button, .player-bar select, .player-bar input[type=search] { padding: .3rem .65rem; width: auto; font-size: .875rem; }
.player-bar label { display: flex; gap: .4rem; align-items: center; font-size: .875rem; }
.player-bar label.check input { margin: 0; }
.player-bar form { display: flex; gap: .5rem; align-items: center; }
#play { min-width: 6.5rem; }
#clock { font: .875rem var(--mono); font-variant-numeric: tabular-nums; }
#hits, #said, #missing { font-size: .875rem; color: var(--soft); }
#said { min-height: 1.4em; margin: .25rem 0; }
.badge.whole { color: var(--good); }
#live { color: var(--accent-ink); background: var(--accent); border-color: transparent; }
kbd { font: .75rem var(--mono); border: 1px solid var(--line); border-radius: 4px; padding: 0 .3rem; color: var(--soft); }
#track { position: relative; height: 40px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); cursor: pointer; touch-action: none; overflow: hidden; }
#track canvas { width: 100%; height: 100%; display: block; }
#head { position: absolute; left: -1px; top: 0; width: 2px; height: 100%; background: var(--ink); pointer-events: none; }
.split { display: grid; grid-template-columns: minmax(16rem, 26rem) minmax(0, 1fr); gap: .75rem; margin-top: .75rem; }
.split > * { height: max(24rem, calc(100vh - 19rem)); min-width: 0; }
.virtual { overflow: auto; position: relative; border: 1px solid var(--line); border-radius: 8px; background: var(--card); overflow-wrap: normal; }
.virtual .spacer { position: relative; min-width: 100%; }
#list .spacer { contain: strict; }
.virtual .spacer > * { position: absolute; left: 0; top: 0; }
.entry { width: 100%; height: 52px; padding: .3rem .7rem; cursor: pointer; border-bottom: 1px solid var(--line); overflow: hidden; }
.entry span { white-space: nowrap; }
.entry .about { display: block; font-size: .75rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.entry .about .badge { font-size: .6875rem; padding: 0 .35rem; line-height: 1.3; }
.entry .sql-line { display: block; font: .8125rem var(--mono); overflow: hidden; text-overflow: ellipsis; direction: ltr; unicode-bidi: bidi-override; }
.entry.later { opacity: .5; }
.entry:hover { background: var(--code); }
.entry[aria-selected=true] { background: var(--accent-soft); box-shadow: inset 3px 0 0 var(--accent); }
#detail { display: flex; flex-direction: column; gap: .5rem; }
#facts { margin: 0; font-size: .875rem; color: var(--soft); }
#detail pre.sql { max-height: 11rem; overflow: auto; flex: none; padding: .6rem .8rem; }
#notes, #parameters { list-style: none; margin: 0; padding: 0; font-size: .875rem; max-height: 7rem; overflow: auto; flex: none; }
#parameters { font-family: var(--mono); font-size: .8125rem; color: var(--soft); }
#notes .when { font: .8125rem var(--mono); color: var(--soft); }
#notes li { white-space: pre-wrap; }
.note-good { color: var(--good); } .note-bad { color: var(--danger); } .note-waiting { color: var(--warn); }
#tabs { display: flex; flex-wrap: wrap; gap: .3rem; }
#tabs:empty { display: none; }
.tab { padding: .15rem .6rem; font-size: .8125rem; font-weight: 400; }
.tab[aria-selected=true] { background: var(--accent-soft); color: var(--accent); }
#result { display: flex; flex-direction: column; gap: .4rem; flex: 1; min-height: 0; }
#result p { margin: 0; display: flex; gap: 1rem; }
#failure { margin: 0; white-space: pre-wrap; font-size: .875rem; }
#grid { flex: 1; min-height: 8rem; font: .8125rem/26px var(--mono); font-variant-numeric: tabular-nums; }
#columns { position: sticky; top: 0; z-index: 1; background: var(--code); border-bottom: 1px solid var(--line); width: max-content; min-width: 100%; }
#columns, #grid .row { display: grid; height: 26px; }
#grid .row { width: max-content; min-width: 100%; cursor: pointer; }
#grid .row:hover { background: var(--code); }
#grid .row.cursor { background: var(--accent-soft); }
#grid .cell { padding: 0 1ch; overflow: hidden; text-overflow: ellipsis; white-space: pre; border-right: 1px solid var(--line); }
#grid .cell .badge { font-size: .6875rem; padding: 0 .35rem; line-height: 1.3; vertical-align: middle; }
#grid .cell.number { color: var(--soft); text-align: right; }
#grid .cell.null { color: var(--soft); font-style: italic; }
#grid .cell.masked { background: var(--warn-soft); color: var(--warn); }
#record { max-width: min(60rem, 92vw); width: 100%; border: 1px solid var(--line); border-radius: 10px; background: var(--card); color: var(--ink); }
#record dd { font: .875rem var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
#record::backdrop { background: rgb(0 0 0 / .4); }
.player-foot { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin-top: .75rem; font-size: .875rem; align-items: start; }
.player-foot form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-top: .5rem; }
.player-foot dl { margin-top: .5rem; }
@media (max-width: 52rem) { .split { grid-template-columns: 1fr; } .split > #list { height: 14rem; } }
`
