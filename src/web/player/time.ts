/** The player's timeline and playhead, playing, and jumps in time. A script for browsers, as text. */
export const timeScript: string = `
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
`
