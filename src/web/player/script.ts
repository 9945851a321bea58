/** The player: plays a recorded session, or follows one that runs. A script for browsers, as text. */
import { sourceScript } from './source.ts'
import { viewsScript } from './views.ts'

const playerScript: string = `
  const root = document.getElementById('player')
  const $ = id => document.getElementById(id)
  const source = root.dataset.session ? fromConsole(root.dataset.session) : fromPage()
  const statements = []
  const places = new Map()
  let gaps = []
  let version = 0
  let durationUs = 0
  let live = false
  let headUs = 0
  let playing = false
  let touched = false
  let selected = -1
  let shown
  let cursor = -1
  let hits = []
  let hit = -1

  // ── What is drawn ─────────────────────────────────────────────────────────────────────────────

  function clock(us) {
    const tenths = Math.floor(us / 100000)
    const minutes = Math.floor(tenths / 600)
    const seconds = (tenths % 600 / 10).toFixed(1).padStart(4, '0')
    return (minutes < 60 ? minutes : Math.floor(minutes / 60) + ':' + String(minutes % 60).padStart(2, '0')) + ':' + seconds
  }
  function span(us) {
    if (us < 1000000) return Math.max(us / 1000, 0.1).toFixed(us < 10000 ? 1 : 0) + ' ms'
    return us < 120000000 ? (us / 1000000).toFixed(1) + ' s' : Math.round(us / 60000000) + ' min'
  }
  const counted = (count, noun) => count.toLocaleString('en') + ' ' + noun + (count === 1 ? '' : 's')
  const bad = each => each.verdict === 'deny' || each.error !== undefined || each.results.some(result => result.error)
  const held = each => each.waitedUs !== undefined || each.verdict === 'hold'
  const endOf = each => each.endedUs ?? (live && each === statements.at(-1) ? durationUs : each.atUs)

  const list = virtual($('list'), 52, () => {
    const node = make('div', 'entry')
    node.setAttribute('role', 'option')
    node.append(make('span', 'about'), make('span', 'sql-line'))
    node.addEventListener('click', () => choose(node.index))
    return node
  }, (node, index) => {
    const each = statements[index]
    node.index = index
    const [about, sql] = node.children
    const rows = each.results.reduce((sum, result) => sum + result.rows, 0)
    const facts = [clock(each.atUs)]
    if (each.endedUs !== undefined) facts.push(span(each.endedUs - each.atUs))
    if (rows > 0) facts.push(counted(rows, 'row'))
    about.textContent = facts.join(' · ')
    if (held(each)) about.append(' ', make('span', 'badge hold', 'held'))
    if (bad(each)) about.append(' ', make('span', 'badge deny', each.verdict === 'deny' ? 'denied' : 'error'))
    if (each.results.some(result => result.columns.some(column => column.rule) || result.hidden.length > 0))
      about.append(' ', make('span', 'badge', 'masked'))
    sql.textContent = line((each.text || each.normalized).slice(0, 300))
    node.setAttribute('aria-selected', String(index === selected))
    node.id = 'entry-' + index
    node.classList.toggle('later', each.atUs > headUs)
  })

  const columnsMax = 200
  let widths = ''
  const grid = virtual($('grid'), 26, () => {
    const node = make('div', 'row')
    node.setAttribute('role', 'row')
    node.style.gridTemplateColumns = widths
    for (let i = 0; i <= Math.min(shown.columns.length, columnsMax); i++) {
      const cell = make('span', i === 0 ? 'cell number' : 'cell')
      cell.setAttribute('role', i === 0 ? 'rowheader' : 'gridcell')
      node.append(cell)
    }
    node.addEventListener('click', () => { cursor = node.index; grid.redraw(); record(cursor) })
    return node
  }, (node, index) => {
    const values = shown.rows.row(index)
    if (node.index !== index || node.values !== values) {
      node.index = index
      node.values = values
      node.setAttribute('aria-rowindex', String(index + 2))
      const cells = node.children
      cells[0].textContent = String(index + 1)
      for (let i = 1; i < cells.length; i++) fillCell(cells[i], values, i - 1)
    }
    node.classList.toggle('cursor', index === cursor)
  })

  function fillCell(cell, values, index) {
    const value = values === undefined ? undefined : values[index]
    const rule = shown.columns[index].rule
    cell.textContent = value === undefined ? '…' : value === null ? 'NULL' : line(textOf(value)).slice(0, 300)
    cell.classList.toggle('null', value === null)
    cell.classList.toggle('masked', rule !== undefined)
    if (rule !== undefined) cell.title = 'hidden by the masking rule ' + rule
  }
  const textOf = value => typeof value === 'string' ? value : value.cut + '… (' + counted(value.length, 'character') + ')'

  function widthsOf(result, values) {
    const all = result.columns.slice(0, columnsMax).map((column, i) => {
      const head = column.name.length + (column.rule ? column.rule.length + 10 : 0)
      const longest = values.reduce((most, row) => {
        const value = row[i]
        return Math.max(most, value == null ? 4 : typeof value === 'string' ? value.length : 60)
      }, head)
      return Math.min(Math.max(longest, 4), 60) + 4 + 'ch'
    })
    return ['8ch', ...all].join(' ')
  }

  // ── One statement ─────────────────────────────────────────────────────────────────────────────

  function showStatement() {
    const each = statements[selected]
    $('detail').hidden = each === undefined
    if (each === undefined) return
    const facts = ['#' + each.number, 'at ' + clock(each.atUs), each.tag]
    if (each.endedUs !== undefined) facts.push('took ' + span(each.endedUs - each.atUs))
    if (each.waitedUs !== undefined)
      facts.push('waited ' + (each.waitedUs.to === undefined ? 'for people' : span(each.waitedUs.to - each.waitedUs.from)))
    if (each.bytes > 0) facts.push(counted(each.bytes, 'byte'))
    $('facts').textContent = facts.filter(Boolean).join(' · ')
    const verdict = make('span', 'badge ' + each.verdict, each.verdict)
    $('facts').append(' ', verdict, ...each.rules.flatMap(rule => [' ', make('span', 'tag', line(rule))]))
    if (each.observed) $('facts').append(' ', make('span', 'badge hold', 'would have been ' + each.observed))
    if (each.approval && root.dataset.session) {
      const link = make('a', '', 'approval')
      link.href = '/approvals/' + encodeURIComponent(each.approval)
      $('facts').append(' ', link)
    }
    $('sql').replaceChildren(each.text === undefined ? 'sealed; what is known of it: ' : '', visible(each.text ?? each.normalized))
    const notes = []
    if (each.verdict !== 'allow') notes.push({ atUs: each.atUs, kind: 'waiting', text: each.reason })
    $('parameters').replaceChildren(...each.parameters.map((value, i) =>
      make('li', '', '$' + (i + 1) + ' = ' + (value === null ? 'NULL' : line(value)))))
    $('notes').replaceChildren(...[...notes, ...each.notes].filter(note => note.text).map(note => {
      const item = make('li', 'note-' + note.kind)
      item.append(make('span', 'when', clock(note.atUs)), ' ', visible(note.text))
      return item
    }))
    showTabs(each)
  }

  function showTabs(each) {
    const results = each.results
    const wanted = results.find(result => shown && result.id === shown.id) ??
      results.find(result => result.rows > 0) ?? results[0]
    $('tabs').replaceChildren(...(results.length < 2 ? [] : results.map((result, i) => {
      const tab = make('button', 'tab', 'Result ' + (i + 1))
      tab.type = 'button'
      tab.setAttribute('role', 'tab')
      tab.setAttribute('aria-selected', String(result === wanted))
      tab.addEventListener('click', () => { showResult(result); showTabs(each) })
      return tab
    })))
    showResult(wanted)
  }

  function showResult(result) {
    const same = shown !== undefined && result !== undefined && shown.id === result.id
    if (result === undefined) { shown = undefined; $('result').hidden = true; grid.count = 0; return }
    $('result').hidden = false
    const facts = []
    if (result.kind !== 'none') facts.push(counted(result.rows, result.kind === 'rows' ? 'row' : 'line'))
    if (result.kind.startsWith('copy')) facts.push(result.kind === 'copy in' ? 'sent by the client' : 'shown to the client')
    if (result.hidden.length > 0) facts.push('hidden by ' + result.hidden.join(', '))
    if (result.tag) facts.push(line(result.tag))
    if (result.kept < result.rows) facts.push('the first ' + counted(result.kept, 'row') + ' are here, the exports have all')
    if (result.columns.length > columnsMax) facts.push('the first ' + columnsMax + ' of ' + result.columns.length + ' columns')
    $('outcome').textContent = facts.join(' · ')
    $('failure').hidden = !result.error
    if (result.error) $('failure').replaceChildren(visible(result.error.text))
    $('grid').hidden = result.kind === 'none'
    if ($('csv')) {
      $('csv').hidden = source.csv === undefined || result.kind !== 'rows'
      if (source.csv) $('csv').href = source.csv(result.id)
    }
    if (same && shown.columns.length === result.columns.length) {
      shown = { ...result, rows: shown.rows }
      showRows()
      return
    }
    cursor = -1
    const rows = rowsOf(source, result.id, () => {
      if (shown === undefined || shown.rows !== rows) return
      if (!shown.sized) size()
      grid.redraw()
    })
    shown = { ...result, rows, sized: false }
    grid.clear()
    size()
    showRows()
  }

  /** Columns are as wide as the first rows want. */
  function size() {
    const first = []
    for (let i = 0; i < Math.min(shown.kept, 30); i++) {
      const values = shown.rows.row(i)
      if (values === undefined) break
      first.push(values)
    }
    shown.sized = first.length > 0
    widths = widthsOf(shown, first)
    const heads = [make('span', 'cell number', '#')]
    for (const column of shown.columns.slice(0, columnsMax)) {
      const head = make('span', 'cell')
      head.setAttribute('role', 'columnheader')
      head.title = line(column.name) + ', ' + line(column.type)
      head.append(make('b', '', line(column.name)))
      if (column.rule) head.append(' ', make('span', 'badge hold', 'masked: ' + line(column.rule)))
      heads.push(head)
    }
    $('columns').style.gridTemplateColumns = widths
    $('columns').replaceChildren(...heads)
    for (const node of $('grid').querySelectorAll('.row')) node.style.gridTemplateColumns = widths
    $('grid').setAttribute('aria-rowcount', String(shown.kept + 1))
  }

  /** As many rows as had come by the playhead. */
  function showRows() {
    if (shown === undefined) return
    const now = rowsBy(shown, headUs)
    const grows = now > grid.count
    grid.count = now
    if (grows && (playing || following())) grid.reveal(now - 1)
  }

  function rowsBy({ marks, kept }, us) {
    let low = 0
    let high = marks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (marks[middle][0] <= us) low = middle + 1
      else high = middle
    }
    return Math.min(kept, low === 0 ? 0 : marks[low - 1][1])
  }

  function record(index) {
    const values = shown && shown.rows.row(index)
    if (values === undefined) return
    const parts = shown.columns.map((column, i) => {
      const part = make('div')
      const name = make('dt', '', line(column.name))
      if (column.rule) name.append(' ', make('span', 'badge hold', 'masked: ' + line(column.rule)))
      const value = make('dd')
      value.append(values[i] === null ? make('i', '', 'NULL') : visible(textOf(values[i])))
      part.append(name, value)
      return part
    })
    $('record').querySelector('h2').textContent = 'Row ' + (index + 1)
    $('record').querySelector('dl').replaceChildren(...parts)
    $('record').showModal()
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────

  const canvas = $('track').querySelector('canvas')
  const colours = { run: '--accent', wait: '--warn-line', bad: '--danger', gap: '--soft' }
  let drawn = false
  function drawTrack() {
    if (drawn) return
    drawn = true
    requestAnimationFrame(() => {
      drawn = false
      const style = getComputedStyle(root)
      const width = canvas.width = Math.max(1, Math.round($('track').clientWidth * devicePixelRatio))
      const height = canvas.height = Math.round(40 * devicePixelRatio)
      const x = us => Math.min(width - 1, Math.floor(us / Math.max(1, durationUs) * width))
      const lanes = { run: new Uint8Array(width), wait: new Uint8Array(width), bad: new Uint8Array(width), gap: new Uint8Array(width) }
      for (const each of statements) {
        lanes.run.fill(1, x(each.atUs), x(endOf(each)) + 1)
        if (each.waitedUs) lanes.wait.fill(1, x(each.waitedUs.from), x(each.waitedUs.to ?? endOf(each)) + 1)
        if (bad(each)) lanes.bad.fill(1, x(endOf(each)), x(endOf(each)) + Math.ceil(devicePixelRatio) + 1)
      }
      for (const { atUs } of gaps) lanes.gap.fill(1, x(atUs), x(atUs) + Math.ceil(3 * devicePixelRatio))
      const pen = canvas.getContext('2d')
      const band = { run: [0.35, 0.65], wait: [0.35, 0.65], bad: [0.1, 0.9], gap: [0, 1] }
      for (const [name, lane] of Object.entries(lanes)) {
        pen.fillStyle = style.getPropertyValue(colours[name]).trim()
        const [top, bottom] = band[name]
        for (let i = 0; i < width; i++) if (lane[i] === 1) pen.fillRect(i, top * height, 1, (bottom - top) * height)
      }
      placeHead()
    })
  }

  let told = ''
  function placeHead() {
    const share = durationUs === 0 ? 0 : Math.min(1, headUs / durationUs)
    $('head').style.transform = 'translateX(' + share * $('track').clientWidth + 'px)'
    const now = clock(headUs) + ' / ' + clock(durationUs)
    if (now === told) return
    told = now
    $('clock').textContent = now
    $('track').setAttribute('aria-valuemax', String(Math.round(durationUs / 1000)))
    $('track').setAttribute('aria-valuenow', String(Math.round(headUs / 1000)))
    $('track').setAttribute('aria-valuetext', now)
  }

  /** The last statement that had begun by then; -1 before the first. */
  function indexAt(us) {
    let low = 0
    let high = statements.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (statements[middle].atUs <= us) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  function moveTo(us) {
    headUs = Math.max(0, Math.min(durationUs, us))
    const index = indexAt(headUs)
    if (index !== selected) select(index)
    else if (index >= 0 && playing) {
      const begun = statements[index].results.findLast(result => result.atUs <= headUs)
      if (begun !== undefined && shown !== undefined && begun.id !== shown.id) showTabs({ ...statements[index], results: statements[index].results })
    }
    showRows()
    placeHead()
  }

  function select(index) {
    selected = index
    showStatement()
    list.redraw()
    if (index >= 0) list.reveal(index)
    $('list').setAttribute('aria-activedescendant', 'entry-' + index)
  }

  /** As it was when it had ended: all of its rows. */
  function choose(index) {
    if (index < 0 || index >= statements.length) return
    touched = true
    $('follow').checked = false
    play(false)
    const each = statements[index]
    const next = statements[index + 1]
    headUs = Math.max(each.atUs, Math.min(endOf(each), next === undefined ? durationUs : next.atUs - 1))
    const last = each.results.at(-1)
    // What was pipelined has its rows after the next one was sent.
    if (last !== undefined && last.marks.length > 0) headUs = Math.max(headUs, last.marks.at(-1)[0])
    if (index === selected) showStatement()
    else select(index)
    showRows()
    placeHead()
  }

  let lastMs = 0
  function play(on) {
    playing = on
    $('play').textContent = on ? '❚❚ Pause' : '▶ Play'
    if (!on) return
    if (!touched || headUs >= durationUs) moveTo(0)
    touched = true
    $('follow').checked = false
    lastMs = performance.now()
    requestAnimationFrame(frame)
  }

  const pauseUs = 1000000
  /** The next moment at which anything happens. */
  function nextMoment() {
    const each = statements[selected]
    const moments = [statements[selected + 1]?.atUs, each?.endedUs, each?.waitedUs?.to, each?.results.at(-1)?.marks.at(-1)?.[0], durationUs]
    return Math.min(...moments.filter(us => us !== undefined && us > headUs))
  }

  function frame(now) {
    if (!playing) return
    const speed = +$('speed').value
    let to = headUs + Math.min(now - lastMs, 250) * 1000 * speed
    lastMs = now
    if ($('skip').checked && !(shown && grid.count < shown.kept)) {
      const next = nextMoment()
      if (next - to > pauseUs * speed) to = next - pauseUs / 5 * speed
    }
    moveTo(to)
    if (headUs >= durationUs && !live) play(false)
    else requestAnimationFrame(frame)
  }

  // ── Jumps ─────────────────────────────────────────────────────────────────────────────────────

  function say(text) { $('said').textContent = text }

  function next(what, matches) {
    for (let step = 1; step <= statements.length; step++) {
      const index = (Math.max(selected, -1) + step) % statements.length
      if (!matches(statements[index])) continue
      choose(index)
      say(index <= selected - step ? what + ' again from the start' : '')
      return
    }
    say('there is no ' + what)
  }

  function nextGap() {
    if (gaps.length === 0) return say('nothing is missing')
    const gap = gaps.find(each => each.atUs > headUs) ?? gaps[0]
    touched = true
    play(false)
    moveTo(gap.atUs)
    say('missing at ' + clock(gap.atUs) + ': ' + gap.reason + (gap.bytes > 0 ? ' (' + counted(gap.bytes, 'byte') + ')' : ''))
  }

  async function search(text) {
    if (text === '') { hits = []; $('hits').textContent = ''; return }
    $('hits').textContent = 'searching…'
    try {
      hits = (await source.search(text)).hits
      hit = -1
      $('hits').textContent = hits.length === 0 ? 'not found' : ''
      if (hits.length > 0) goHit(1)
    } catch (error) { $('hits').textContent = error.message }
  }

  function goHit(step) {
    if (hits.length === 0) return
    hit = (hit + step + hits.length) % hits.length
    const found = hits[hit]
    $('hits').textContent = (hit + 1) + ' of ' + (hits.length >= 1000 ? 'more than 1000' : hits.length)
    choose(places.get(found.statement))
    if (found.result === undefined) return
    const result = statements[selected].results.find(each => each.id === found.result)
    showResult(result)
    headUs = Math.max(headUs, result.marks.at(-1)?.[0] ?? 0)
    showRows()
    cursor = found.row
    grid.reveal(cursor)
    grid.redraw()
  }

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

export const player: string = `'use strict'\n{${sourceScript}${viewsScript}${playerScript}}\n`
