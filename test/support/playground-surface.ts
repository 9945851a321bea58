/**
 * Teams in Microsoft's own client: cards as its renderer shows them, pressed in a page. Its page is
 * always that of one user; who presses is changed in what it sends, which names somebody of its world.
 */
import type { Browser, Locator, Page } from 'playwright-core'
import { seats } from './playground.ts'
import { type Answered, type Asked, type Surface, soon, waits } from './surface.ts'

/** What the renderer may need to put another card in the place of one. */
const clickMs = 2000
/** A client of several megabytes, on a machine that does much else. */
const patienceMs = 90_000
const invoke = /\/_conversation\/v1\/invoke$/

/** A page shows what is posted while it is open: everybody sits before theirs from the start. */
export async function playgroundSurface(browser: Browser, url: string): Promise<Surface> {
  const pages = new Map<string, Page>()
  /** What was sent when a card was pressed, to be sent again when it cannot be pressed any more. */
  const sent = new Map<string, string>()

  const sit = async (person: string): Promise<void> => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1200 } })
    pages.set(person, page)
    page.setDefaultTimeout(patienceMs)
    // It would fetch fonts from elsewhere.
    await page.route(/^https:/, route => route.abort())
    await page.route(invoke, route => {
      const body = { ...route.request().postDataJSON(), from: { id: seats[person] } }
      return route.continue({ postData: JSON.stringify(body) })
    })
    await page.goto(url)
    await page.getByText('Reviews', { exact: true }).click()
  }
  await Promise.all(Object.keys(seats).map(sit))
  const pageOf = (person: string): Page => {
    const page = pages.get(person)
    if (page === undefined) throw new Error(`${person} has no seat`)
    return page
  }
  const cardOf = async ({ shortId }: Asked, person: string): Promise<Locator> => {
    const page = pageOf(person)
    const link = page.locator(`[title$="/approvals/${shortId}"]`)
    const card = page.locator('.ac-preview-panel', { has: link })
    await card.first().waitFor()
    return card.first()
  }
  const answered = (said: string): Answered => ({
    counted: !/It does not count|"statusCode":\s*[45]/.test(said),
    said,
  })
  /** Presses what opens the form, then what is in it; false when the card has no such form. */
  const press = async (card: Locator, verb: string, reason?: string): Promise<boolean> => {
    const form = card.getByRole('button', { name: `${verb} …` })
    const button = card.getByRole('button', { name: verb, exact: true })
    // The card may be replaced under the hand that presses it.
    while ((await form.count()) > 0) {
      try {
        if ((await button.count()) === 0) await form.click({ timeout: clickMs })
        if (reason !== undefined)
          await card.locator('[maxlength="2000"]').fill(reason, { timeout: clickMs })
        await button.click({ timeout: clickMs })
        return true
      } catch (error) {
        if (!(error instanceof Error && error.name === 'TimeoutError')) throw error
      }
    }
    return false
  }
  const decide = async (
    asked: Asked,
    person: string,
    verb: string,
    reason?: string,
  ): Promise<Answered> => {
    const page = pageOf(person)
    const card = await cardOf(asked, person)
    const answer = page.waitForResponse(response => invoke.test(response.url()))
    // Nobody listens when there is nothing to press.
    answer.catch(() => undefined)
    if (await press(card, verb, reason)) {
      const response = await answer
      sent.set(asked.id, response.request().postData() ?? '')
      return answered(await response.text())
    }
    const before = sent.get(asked.id)
    if (before === undefined) return { counted: false, said: (await card.textContent()) ?? '' }
    const late = await fetch(`${url}/_conversation/v1/invoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...JSON.parse(before), from: { id: seats[person] } }),
    })
    return answered(await late.text())
  }
  return {
    name: "Teams, in Microsoft's Agents Playground",
    open: async (asked, person) => {
      await cardOf(asked, person)
      return {
        approve: () => decide(asked, person, 'Approve'),
        deny: reason => decide(asked, person, 'Deny', reason),
      }
    },
    see: async (asked, pattern) => {
      for (;;) {
        const card = await cardOf(asked, 'sven')
        const text = (await card.textContent()) ?? ''
        const ended = (await card.getByRole('button', { name: 'Approve …' }).count()) === 0
        if (pattern.test(text) && ended !== waits.test(text)) return
        await soon()
      }
    },
    close: async () => {
      for (const page of pages.values()) await page.close()
    },
  }
}
