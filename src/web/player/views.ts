/**
 * What the player draws with: lists of any length of which only what is seen exists, rows that are
 * fetched when they are seen, text with nothing hidden in it. A script for browsers, as text.
 */
import { hiddenCharacters } from '../../approvals/visible-text.ts'

export const viewsScript: string = String.raw`
  const hidden = new RegExp(${JSON.stringify(hiddenCharacters.source)}, 'gu')
  const pointName = character => 'U+' + character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')

  /** One line of it, for cells. */
  function line(text) {
    return text.replace(hidden, each => each === '\r\n' ? '\n' : '⟨' + pointName(each) + '⟩')
      .replace(/\n/g, '↵').replace(/\t/g, '⇥')
  }

  function make(tag, className, text) {
    const node = document.createElement(tag)
    if (className) node.className = className
    if (text !== undefined) node.textContent = text
    return node
  }

  /** All of it, with hidden characters standing out. */
  function visible(text) {
    const all = document.createDocumentFragment()
    let end = 0
    for (const match of text.matchAll(hidden)) {
      all.append(text.slice(end, match.index))
      if (match[0] === '\r\n') all.append('\n')
      else all.append(make('span', 'hidden-character', pointName(match[0])))
      end = match.index + match[0].length
    }
    all.append(text.slice(end))
    return all
  }

  /** Browsers draw no taller boxes: beyond that a scroll bar's position is a share. */
  const heightMax = 8000000
  const overscan = 4

  /** fill(node, index) is asked to show one entry; nodes are used again and again. */
  function virtual(box, rowHeight, create, fill) {
    const spacer = box.querySelector('.spacer')
    const nodes = []
    let count = 0
    let asked = false
    function geometry() {
      const total = count * rowHeight
      const height = Math.min(total, heightMax)
      const view = Math.max(box.clientHeight - spacer.offsetTop, rowHeight)
      const top = box.scrollTop
      const offset = total <= heightMax ? top : top / Math.max(1, height - view) * (total - view)
      return { total, height, view, top, offset }
    }
    function draw() {
      asked = false
      const { height, view, top, offset } = geometry()
      spacer.style.height = height + 'px'
      const first = Math.max(0, Math.floor(offset / rowHeight) - overscan)
      const last = Math.min(count, Math.ceil((offset + view) / rowHeight) + overscan)
      for (let i = 0; i < Math.max(nodes.length, last - first); i++) {
        let node = nodes[i]
        if (node === undefined) { node = create(); nodes.push(node); spacer.append(node) }
        node.hidden = first + i >= last
        if (node.hidden) continue
        node.style.transform = 'translateY(' + Math.round((first + i) * rowHeight - offset + top) + 'px)'
        fill(node, first + i)
      }
    }
    function redraw() {
      if (asked) return
      asked = true
      requestAnimationFrame(draw)
    }
    box.addEventListener('scroll', redraw, { passive: true })
    new ResizeObserver(redraw).observe(box)
    return {
      redraw,
      get count() { return count },
      set count(now) {
        if (now === count) return
        count = now
        redraw()
      },
      /** Scrolls no more than it takes. */
      reveal(index) {
        const { total, height, view, top, offset } = geometry()
        spacer.style.height = height + 'px'
        const wanted = index * rowHeight < offset ? index * rowHeight
          : (index + 1) * rowHeight > offset + view ? (index + 1) * rowHeight - view : undefined
        if (wanted === undefined) return
        box.scrollTop = total <= heightMax ? wanted : wanted / (total - view) * (height - view)
        redraw()
      },
      clear() {
        for (const node of nodes) node.remove()
        nodes.length = 0
        box.scrollTop = 0
        redraw()
      },
    }
  }

  const pagesMax = 60

  /** The rows of one result, page by page, as they are seen. */
  function rowsOf(source, result, came) {
    let pages = []
    let fetching = false
    let wanted
    const pageOf = row => pages.find(({ from, rows }) => row >= from && row < from + rows.length)
    async function get() {
      fetching = true
      while (wanted !== undefined) {
        const row = wanted
        wanted = undefined
        if (pageOf(row)) continue
        try {
          const page = await source.rows(result, row)
          pages = [...pages.filter(each => each.from !== page.from), page].slice(-pagesMax)
          came()
        } catch {
          // Not there yet, or the line is down: what is seen then asks again.
        }
      }
      fetching = false
    }
    return {
      /** Undefined: it is not here yet, and was asked for. */
      row(index) {
        const page = pageOf(index)
        if (page !== undefined) return page.rows[index - page.from]
        wanted = index
        if (!fetching) get()
        return undefined
      },
    }
  }
`
