/** The console in Chromium, with its script or without. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { password } from './running-program.ts'
import { type Answered, type Copy, type Surface, soon, type Where, waits } from './surface.ts'

export function webSurface(browser: Browser, http: Where, javaScriptEnabled: boolean): Surface {
  const contexts = new Map<string, Promise<BrowserContext>>()
  const contextOf = (person: string): Promise<BrowserContext> => {
    const known = contexts.get(person) ?? browser.newContext({ javaScriptEnabled })
    contexts.set(person, known)
    return known
  }
  /** What is filled in before its script has caught up may be replaced. */
  const open = async (page: Page, path: string): Promise<void> => {
    const listening = javaScriptEnabled
      ? page.waitForResponse('**/events', { timeout: 5000 }).catch(() => undefined)
      : undefined
    await page.goto(`${http()}${path}`)
    if (!page.url().includes('/sign-in')) await listening
  }
  /** Signs in where that is asked for, as after a restart. */
  const pageOf = async (path: string, person: string): Promise<Page> => {
    const page = await (await contextOf(person)).newPage()
    await open(page, path)
    if (page.url().includes('/sign-in')) {
      await page.fill('[name=user]', person)
      await page.fill('[name=password]', password)
      await Promise.all([page.waitForEvent('load'), page.click('main button')])
      await open(page, path)
    }
    return page
  }
  const press = async (page: Page, form: string): Promise<Answered> => {
    const button = page.locator(`form.${form} button`)
    // The script takes away what cannot be pressed any more.
    if ((await button.count()) === 0) return { counted: false, said: await textOf(page) }
    const posted = page.waitForResponse(response => response.request().method() === 'POST')
    const [response] = await Promise.all([posted, page.waitForEvent('load'), button.click()])
    const counted = response.status() === 303 && !page.url().includes('/sign-in')
    return { counted, said: await textOf(page) }
  }
  return {
    name: javaScriptEnabled ? 'web with its script' : 'web without JavaScript',
    open: async ({ shortId }, person): Promise<Copy> => {
      const page = await pageOf(`/approvals/${shortId}`, person)
      const done = async (answer: Promise<Answered>): Promise<Answered> =>
        answer.finally(() => page.close())
      return {
        approve: () =>
          done(
            (async () => {
              const box = page.locator('[name=confirm]')
              // It goes away as soon as the script has heard that it is too late.
              while ((await box.count()) > 0) {
                const checked = await box.check({ timeout: 5000 }).then(
                  () => true,
                  () => false,
                )
                if (checked) break
              }
              return press(page, 'approve')
            })(),
          ),
        deny: reason =>
          done(
            (async () => {
              await page.fill('form.deny [name=reason]', reason)
              return press(page, 'deny')
            })(),
          ),
      }
    },
    see: async ({ shortId }, pattern) => {
      const page = await pageOf(`/approvals/${shortId}`, 'sven')
      for (;;) {
        const text = await textOf(page)
        const forms = await page.locator('form.approve').count()
        if (pattern.test(text) && (waits.test(text) || forms === 0)) break
        // Its script keeps it up to date; without one a page is what it was.
        if (!javaScriptEnabled) await page.reload()
        await soon()
      }
      await page.close()
    },
    close: async () => {
      for (const context of contexts.values()) await (await context).close()
    },
  }
}

async function textOf(page: Page): Promise<string> {
  return (await page.textContent('main')) ?? ''
}
