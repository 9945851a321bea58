/**
 * Where the player gets its session from: the console that serves it, or the page that it stands in
 * itself. Both answer with the same JSON. A script for browsers, as text.
 */
export const sourceScript: string = `
  function fromConsole(id) {
    const base = '/sessions/' + id + '/'
    async function get(what) {
      const answer = await fetch(base + what, { headers: { accept: 'application/json' } })
      if (answer.status === 401) { location.reload(); throw new Error('signed out') }
      if (!answer.ok) throw new Error((await answer.json()).error.message)
      return answer.json()
    }
    return {
      timeline: since => get('timeline?since=' + since),
      rows: (result, row) => get('rows?result=' + result + '&row=' + row),
      search: text => get('search?text=' + encodeURIComponent(text)),
      chain: () => get('chain'),
      csv: result => base + 'export?format=csv&result=' + result,
      watch(told) {
        const events = new EventSource(base + 'events')
        events.addEventListener('change', told)
        events.addEventListener('open', told)
        addEventListener('pagehide', () => events.close())
        return () => events.close()
      },
    }
  }

  function fromPage() {
    const parsed = id => JSON.parse(document.getElementById(id).textContent)
    const pages = [...document.querySelectorAll('script[data-result]')]
    const pageOf = page => JSON.parse(page.textContent)
    const lower = value => (typeof value === 'string' ? value : value === null ? '' : value.cut).toLowerCase()
    const turn = () => new Promise(resolve => setTimeout(resolve))
    return {
      timeline: async () => parsed('recording'),
      async rows(result, row) {
        const page = pages.findLast(each => +each.dataset.result === result && +each.dataset.from <= row)
        return pageOf(page)
      },
      async search(text) {
        const wanted = text.toLowerCase()
        const hits = []
        for (const { number, text: sql, normalized, parameters, notes, results } of parsed('recording').statements) {
          const said = [sql || normalized, ...parameters, ...notes.map(each => each.text),
            ...results.map(each => (each.error ? each.error.text : '') + (each.tag || ''))]
          if (said.some(each => lower(each).includes(wanted))) hits.push({ statement: number })
          for (const { id } of results) {
            for (const page of pages.filter(each => +each.dataset.result === id)) {
              const { from, rows } = pageOf(page)
              rows.forEach((values, i) => {
                if (values.some(each => lower(each).includes(wanted))) hits.push({ statement: number, result: id, row: from + i })
              })
              await turn()
              if (hits.length > 1000) return { hits: hits.slice(0, 1000) }
            }
          }
        }
        return { hits }
      },
      chain: async () => parsed('chain-state'),
      csv: undefined,
      watch: undefined,
    }
  }
`
