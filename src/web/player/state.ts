/** What the player knows of its session, and the words it says it in. A script for browsers, as text. */
export const stateScript: string = `
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
`
