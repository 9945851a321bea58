/** The player's list of statements, and the one that is chosen: its facts, results and rows. A script for browsers, as text. */
export const statementScript: string = `
  // ── What is drawn ─────────────────────────────────────────────────────────────────────────────

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
`
