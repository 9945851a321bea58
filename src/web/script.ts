/**
 * The console's only script, for browsers that run it: counts the time left down, and fetches the
 * page again when something changed. Pages are complete and usable without it.
 */
export const script = `'use strict'
{
  const parts = () => [...document.querySelectorAll('[data-live][id]')]
  const typed = part => [...part.querySelectorAll('input')].some(input =>
    input.type === 'checkbox' ? input.checked : input.type !== 'hidden' && input.value !== '')
  let underWay = false
  let again = false

  async function refresh() {
    if (underWay) { again = true; return }
    underWay = true
    try {
      const answer = await fetch(location.pathname, { headers: { accept: 'text/html' } })
      if (answer.redirected) { location.reload(); return }
      if (!answer.ok) return
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      document.title = page.title
      for (const part of parts()) {
        const fresh = page.getElementById(part.id)
        // What is the same stays, and with it whoever is about to press something in it.
        if (fresh === null || fresh.isEqualNode(part)) continue
        // What somebody types is theirs for as long as it can still be sent.
        if (part.dataset.state && part.dataset.state === fresh.dataset.state && typed(part)) continue
        part.replaceWith(fresh)
      }
    } catch {
      // Away for a moment: the next event, or the reader, tries again.
    } finally {
      underWay = false
      if (again) { again = false; setTimeout(refresh, 200) }
    }
  }

  function span(milliseconds) {
    const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
    if (seconds < 60) return seconds + ' s'
    const minutes = Math.floor(seconds / 60)
    if (minutes < 60) return minutes + ' min ' + seconds % 60 + ' s'
    return Math.floor(minutes / 60) + ' h ' + minutes % 60 + ' min'
  }

  setInterval(() => {
    for (const left of document.querySelectorAll('[data-expires]')) {
      left.textContent = span(Date.parse(left.dateTime) - Date.now())
    }
  }, 1000)

  if (parts().length > 0) {
    const events = new EventSource('/events')
    events.addEventListener('change', refresh)
    // Whatever happened since the page was made, or while the line was down.
    events.addEventListener('open', refresh)
    addEventListener('pagehide', () => events.close())
    addEventListener('pageshow', event => { if (event.persisted) location.reload() })
  }
}
`
