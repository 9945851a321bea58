/**
 * The player: plays a recorded session, or follows one that runs. A script for browsers, as text, put
 * together from parts that share one scope: what comes in and the hands on its controls are here.
 */
import { sourceScript } from './source.ts'
import { stateScript } from './state.ts'
import { statementScript } from './statement.ts'
import { timeScript } from './time.ts'
import { viewsScript } from './views.ts'

const playerScript: string = `
  // ── What comes in ─────────────────────────────────────────────────────────────────────────────

  const following = () => live && $('follow').checked

  function take(answer) {
    version = answer.version
    durationUs = answer.durationUs
    gaps = answer.gaps
    live = answer.state === 'live'
    for (const each of answer.statements) {
      const place = places.get(each.number)
      if (place === undefined) { places.set(each.number, statements.length); statements.push(each) }
      else statements[place] = each
    }
    list.count = statements.length
    list.redraw()
    $('live').hidden = !live
    for (const node of root.querySelectorAll('[data-live-only]')) node.hidden = !live
    const missing = [...(answer.left > 0 ? [counted(answer.left, 'further statement') + ': see the exports'] : [])]
    if (gaps.length > 0) missing.push(counted(gaps.length, 'gap') + ' (key g)')
    if (answer.endReason) missing.push('ended: ' + line(answer.endReason))
    $('missing').textContent = missing.join(' · ')
    drawTrack()
    if (following()) { headUs = durationUs; const last = statements.length - 1; if (last !== selected) select(last) }
    else if (!touched && selected < 0 && statements.length > 0) { choose(firstWorth()); touched = false }
    if (answer.statements.some(each => places.get(each.number) === selected)) {
      if (!touched && !playing && !following()) { choose(selected); touched = false }
      else showStatement()
    }
    showRows()
    placeHead()
  }

  /** Drivers begin with settings of their own; people look for rows. */
  const firstWorth = () => Math.max(0, statements.findIndex(each => each.results.some(result => result.kind !== 'none')))

  let underWay = false
  let again = false
  let asked = 0
  async function load() {
    if (underWay) { again = true; return }
    underWay = true
    try {
      do {
        again = false
        const answer = await source.timeline(version)
        const was = live
        take(answer)
        again ||= answer.more
        if (was && !live) ended()
        // While it is read, ask for the beginning at once and less and less often for the rest.
        if (again && answer.statements.length < 500) await new Promise(resolve => setTimeout(resolve, asked++ * 10))
        asked = Math.min(asked, 20)
      } while (again)
    } catch (error) { say(error.message) }
    underWay = false
    if (again) setTimeout(load, 1000)
  }

  async function checkChain() {
    try {
      const { records, signed, findings } = await source.chain()
      const whole = findings.length === 0
      $('chain').className = 'badge ' + (whole ? 'whole' : 'deny')
      $('chain').textContent = whole ? 'chain whole, ' + signed + ' of ' + records + ' records signed'
        : 'ALTERED: ' + line(findings[0]) + (findings.length > 1 ? ' and ' + (findings.length - 1) + ' more' : '')
    } catch (error) { $('chain').textContent = 'chain: ' + error.message }
  }

  let unwatch
  function ended() {
    if (unwatch !== undefined) unwatch()
    unwatch = undefined
    setTimeout(checkChain, 500)
  }

  // ── Hands ─────────────────────────────────────────────────────────────────────────────────────

  $('play').addEventListener('click', () => play(!playing))
  $('next-hold').addEventListener('click', () => next('hold', held))
  $('next-error').addEventListener('click', () => next('error', bad))
  $('search').addEventListener('submit', event => {
    event.preventDefault()
    const text = $('search').elements.text.value.trim()
    if (hits.length > 0 && text === $('search').dataset.last) goHit(1)
    else { $('search').dataset.last = text; search(text) }
  })
  function seek(event) {
    const box = $('track').getBoundingClientRect()
    touched = true
    $('follow').checked = false
    moveTo((event.clientX - box.left) / box.width * durationUs)
  }
  $('track').addEventListener('pointerdown', event => { $('track').setPointerCapture(event.pointerId); seek(event) })
  $('track').addEventListener('pointermove', event => { if (event.buttons === 1) seek(event) })
  $('list').addEventListener('click', () => { $('follow').checked = false })
  $('grid').addEventListener('keydown', event => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }
    if (event.key === 'Enter' && cursor >= 0) record(cursor)
    else if (event.key in steps && grid.count > 0) {
      cursor = Math.max(0, Math.min(grid.count - 1, cursor + steps[event.key]))
      grid.reveal(cursor)
      grid.redraw()
    } else return
    event.preventDefault()
    event.stopPropagation()
  })
  new ResizeObserver(drawTrack).observe($('track'))

  function faster(step) {
    const { options, selectedIndex } = $('speed')
    $('speed').selectedIndex = Math.max(0, Math.min(options.length - 1, selectedIndex + step))
  }
  const jump = us => { touched = true; $('follow').checked = false; moveTo(headUs + us) }
  const keys = {
    ' ': () => play(!playing), ArrowLeft: () => jump(-5000000), ArrowRight: () => jump(5000000),
    ArrowUp: () => choose(selected - 1), ArrowDown: () => choose(selected + 1),
    Home: () => { jump(-headUs); moveTo(statements[0] ? statements[0].atUs : 0) }, End: () => choose(statements.length - 1),
    h: () => next('hold', held), e: () => next('error', bad), g: nextGap,
    '[': () => faster(-1), ']': () => faster(1), n: () => goHit(1), N: () => goHit(-1),
    '/': () => $('search').elements.text.focus(), f: () => { $('follow').checked = live; load() },
    '?': () => { $('keys').open = !$('keys').open },
  }
  addEventListener('keydown', event => {
    const { target } = event
    if (event.ctrlKey || event.metaKey || event.altKey || $('record').open) return
    if (target.closest('input:not([type=checkbox]), select, textarea')) return
    if (event.key === ' ' && target.closest('button, a, summary, input')) return
    const act = keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })

  load().then(() => {
    if (live && source.watch) unwatch = source.watch(load)
    checkChain()
  })
`

const parts = [sourceScript, viewsScript, stateScript, statementScript, timeScript, playerScript]

export const player: string = `'use strict'\n{${parts.join('')}}\n`
