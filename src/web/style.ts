/** The console's style sheet: quiet, one accent, light and dark, readable on a phone. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfbfa; --card: #ffffff; --ink: #1b1d22; --soft: #5c616b; --line: #e2e3e0;
  --accent: #1f4fd1; --accent-ink: #ffffff; --accent-soft: #e9eefc;
  --danger: #b3261e; --danger-soft: #fbebea; --warn: #7a4b00; --warn-soft: #fdf3dc;
  --good: #1a6b3c; --code: #f3f3f0; --shadow: 0 1px 2px rgb(0 0 0 / .05);
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a; --card: #1b1e24; --ink: #e7e8ea; --soft: #9aa0ab; --line: #2c3038;
    --accent: #8fabff; --accent-ink: #101725; --accent-soft: #1e2740;
    --danger: #ff9b93; --danger-soft: #38201f; --warn: #f0c36d; --warn-soft: #33291a;
    --good: #7fd3a0; --code: #101216; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 var(--sans); overflow-wrap: anywhere;
}
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .25rem .5rem; }

.top {
  display: flex; align-items: center; gap: .5rem 1.5rem; flex-wrap: wrap;
  max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem;
}
.brand {
  display: inline-flex; align-items: center; gap: .5rem;
  color: var(--ink); font-weight: 650; letter-spacing: -.01em; text-decoration: none;
}
.brand svg { color: var(--accent); }
nav { display: flex; gap: 1rem; }
nav a { color: var(--soft); text-decoration: none; padding: .25rem 0; }
nav a:hover { color: var(--ink); }
nav a[aria-current] { color: var(--ink); box-shadow: 0 2px 0 var(--accent); }
.who { display: flex; align-items: center; gap: .75rem; margin-left: auto; color: var(--soft); }

main { max-width: 60rem; margin: 0 auto; padding: .5rem 1.25rem 4rem; }
.narrow { max-width: 22rem; margin: 8vh auto 0; }
h1 { font-size: 1.5rem; line-height: 1.3; letter-spacing: -.015em; margin: .5rem 0 1rem; }
h2 { font-size: 1rem; margin: 2rem 0 .6rem; }
h3 { font-size: .875rem; margin: 1rem 0 .4rem; color: var(--soft); }
small, h2 small { font-weight: 400; color: var(--soft); font-size: .875rem; }
p { margin: .4rem 0; }
.note, .none, .crumbs, .foot { color: var(--soft); }
.note, .crumbs, .foot { font-size: .875rem; }
.crumbs a { color: inherit; }
.id { font-family: var(--mono); }
.count {
  display: inline-block; min-width: 1.5rem; padding: 0 .4rem; border-radius: 1rem; text-align: center;
  background: var(--accent-soft); color: var(--accent); font-size: .8125rem;
}

.search { display: grid; gap: .85rem; margin: 0 0 1.5rem; }
.search p { margin: 0; }
.search summary { cursor: pointer; color: var(--soft); margin-bottom: .6rem; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 11rem), 1fr)); gap: .6rem .85rem; }

.cards { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow); }
.card > a { display: grid; gap: .5rem; padding: .85rem 1rem; color: inherit; text-decoration: none; border-radius: 10px; }
.card:hover { border-color: var(--accent); }
.head .badge { margin-right: .5rem; vertical-align: .1em; }
.head b { font-weight: 600; }
.line { display: block; color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.foot { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
.left { font-variant-numeric: tabular-nums; }

.badge {
  display: inline-block; padding: .05rem .5rem; border-radius: 1rem; border: 1px solid var(--line);
  font-size: .75rem; font-weight: 600; color: var(--soft); white-space: nowrap;
}
.badge.high, .badge.deny { color: var(--danger); background: var(--danger-soft); border-color: transparent; }
.badge.medium, .badge.hold { color: var(--warn); background: var(--warn-soft); border-color: transparent; }
.tags { display: flex; flex-wrap: wrap; gap: .4rem; }
.tag { font: .8125rem var(--mono); padding: .1rem .45rem; border-radius: 5px; background: var(--code); color: var(--soft); }
.state.finished, .status.finished b, .state.approved, .status.approved b { color: var(--good); }
.state.denied, .state.failed, .status.denied b, .status.failed b { color: var(--danger); }

.status { border-left: 3px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: 1rem 0; }
.status.pending, .status.running, .status.approved { border-color: var(--accent); }
.status.finished { border-color: var(--good); }
.status.denied, .status.failed { border-color: var(--danger); }
.status b { font-weight: 600; margin-left: .25rem; }
.error, .warning { margin: .75rem 0; padding: .6rem .85rem; border-radius: 8px; }
.error { color: var(--danger); background: var(--danger-soft); }
.warning { color: var(--warn); background: var(--warn-soft); }

code, pre { font-family: var(--mono); font-size: .875rem; }
/* Characters stand in the order in which the database reads them, whatever their script. */
code { direction: ltr; unicode-bidi: bidi-override; }
pre.sql {
  margin: 0; padding: .9rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--code);
  white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; line-height: 1.6;
}
.hidden-character {
  display: inline-block; padding: 0 .3rem; margin: 0 1px; border-radius: 4px; font-size: .75rem; line-height: 1.4;
  color: var(--danger); background: var(--danger-soft); border: 1px solid currentColor; user-select: none;
}
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: baseline; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); }
th { width: 3.5rem; font: .875rem var(--mono); color: var(--soft); }
td code { white-space: pre-wrap; }
.effects { margin: 0 0 1rem; padding-left: 1.1rem; }
.effects b { font-weight: 600; }
dl { margin: 0; display: grid; gap: .35rem; }
dl > div { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem 1rem; }
dt { color: var(--soft); }
dd { margin: 0; }
.history, .statements { list-style: none; margin: 0; padding: 0; }
.history li { display: flex; flex-wrap: wrap; gap: .1rem 1rem; padding: .3rem 0; }
.history time { color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; line-height: 1.75; }
.statements li { margin: 1.25rem 0; }

.forms { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem; align-items: start; }
.forms form { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem; }
.stack { display: grid; gap: .85rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .85rem; }
label { display: grid; gap: .3rem; font-size: .9375rem; }
label.check { grid-template-columns: auto 1fr; gap: .6rem; align-items: start; }
label.check input { margin: .3rem 0 0; width: 1.05rem; height: 1.05rem; accent-color: var(--accent); }
input:not([type=checkbox]), select, textarea {
  font: inherit; color: inherit; width: 100%; padding: .5rem .65rem;
  background: var(--paper); border: 1px solid var(--line); border-radius: 7px;
}
textarea { font: .875rem var(--mono); resize: vertical; }
button {
  font: inherit; font-weight: 600; padding: .5rem 1rem; border-radius: 7px; cursor: pointer;
  border: 1px solid var(--line); background: var(--card); color: var(--ink); justify-self: start;
}
button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
button.danger { color: var(--danger); border-color: currentColor; }
button.quiet { border: 0; padding: 0; background: none; color: var(--soft); font-weight: 400; text-decoration: underline; text-underline-offset: .15em; }
button:hover { filter: brightness(1.06); }
.narrow button { justify-self: stretch; }
@media (max-width: 34rem) {
  dl > div { grid-template-columns: 1fr; gap: 0; padding: .2rem 0; }
  .top { padding: .75rem 1rem; }
  main { padding: .25rem 1rem 3rem; }
  h1 { font-size: 1.3rem; }
  .forms button { justify-self: stretch; }
}
`
