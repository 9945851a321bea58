/**
 * The walk-through, played by itself: a client over the real wire, a reviewer over the HTTP API,
 * an auditor with the commands. It shows what each of them sees, and checks it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, DatabaseError } from 'pg'
import { clientUrl, type RunningDemo } from './start.ts'
import { Guide } from './tour-guide.ts'
import { mysqlScenes } from './tour-mysql.ts'
import { Reviewer } from './tour-reviewer.ts'
import { errorReason, runCommand, table, timesIn, waitMsMax } from './tour-show.ts'
import { heldStatement, maskedQuery } from './walk-through.ts'

const agentDelete = 'DELETE FROM orders WHERE id = 4711'

/** Resolves to whether everything happened as it should; `write` gets the whole story. */
export async function tour(demo: RunningDemo, write: (text: string) => void): Promise<boolean> {
  const admin = new Client({ connectionString: demo.adminUrl })
  const analyst = new Client({ connectionString: clientUrl(demo, 'analyst') })
  const copilot = new Client({ connectionString: clientUrl(demo, 'copilot') })
  const guide = new Guide(write)
  try {
    await Promise.all([admin.connect(), analyst.connect(), copilot.connect()])
    const about = { demo, guide, admin, reviewer: new Reviewer(demo) }
    await masking({ ...about, client: analyst })
    const sessionId = await approval({ ...about, client: analyst })
    await denial({ ...about, client: copilot })
    await analyst.end()
    await replay(about, sessionId)
    if (demo.mysql !== undefined) await mysqlScenes(about, demo.mysql)
  } catch (error) {
    guide.check(`nothing went wrong on the way: ${errorReason(error)}`, false)
  } finally {
    await Promise.allSettled([admin.end(), analyst.end(), copilot.end()])
  }
  guide.conclude()
  return guide.passed
}

interface Scene {
  readonly demo: RunningDemo
  readonly guide: Guide
  /** Around the proxy. */
  readonly admin: Client
  readonly reviewer: Reviewer
}

interface ClientScene extends Scene {
  readonly client: Client
}

async function masking({ guide, admin, client }: ClientScene): Promise<void> {
  guide.scene('Personal data is masked, whatever the query does to it')
  const raw = await admin.query(
    'select email, phone, card_number, national_id, notes from customers order by id limit 5',
  )
  const secrets = raw.rows.flatMap(row => Object.values(row)).filter(value => value !== null)
  const texts = [
    maskedQuery,
    'SELECT upper(c.email) AS shouted FROM customers c ORDER BY id LIMIT 2',
    'SELECT row_to_json(c) AS whole_row FROM customers c ORDER BY id LIMIT 2',
    'WITH who AS (SELECT * FROM customers ORDER BY id LIMIT 2) SELECT name, email AS contact FROM who',
  ]
  for (const text of texts) {
    const result = await client.query(text)
    guide.show('analyst', `${text}\n${table(result)}`)
    const seen = JSON.stringify(result.rows).toLowerCase()
    const leaked = secrets.filter(value => seen.includes(String(value).toLowerCase()))
    guide.check(`${result.rows.length} rows came, and no value to be hidden`, leaked.length === 0)
    guide.check('the query was answered in full', (result.rowCount ?? 0) > 1)
  }
}

/** Returns the id of the analyst's session. */
async function approval(scene: ClientScene): Promise<string> {
  const { guide, admin, client, reviewer, demo } = scene
  guide.scene('A statement that is hard to undo waits for a second person')
  const before = await count(admin, 'carts')
  const notices: string[] = []
  const noticed = new Promise<void>(resolve => {
    client.on('notice', notice => {
      notices.push(notice.message ?? '')
      resolve()
    })
  })
  const answer = client.query(heldStatement)
  // Looked at when it is awaited below; until then it must not count as unhandled.
  answer.catch(() => undefined)
  const held = await reviewer.waitFor(heldStatement, waitMsMax)
  await Promise.race([noticed, delay(waitMsMax, undefined, { ref: false })])
  guide.show('analyst', `${heldStatement}\nNOTICE:  ${notices.join('\nNOTICE:  ')}`)
  guide.check('the analyst was told that it waits', notices.join().includes(held.shortId))
  guide.show('reviewer', held.summary)
  guide.check('nothing has run yet', (await count(admin, 'carts')) === before)
  guide.check('the requester may not approve it', await reviewer.isBarred('analyst', held.id))

  await reviewer.approve(held)
  guide.show('reviewer', `approves ${held.shortId}`)
  const result = await answer
  guide.show('analyst', `${result.command} ${result.rowCount}`)
  guide.check(`it ran and deleted ${before} rows`, result.rowCount === before)
  guide.check('it ran once', (await timesIn(demo.upstreamLog, heldStatement)) === 1)
  return held.sessionId
}

async function denial({ guide, client, reviewer, demo }: ClientScene): Promise<void> {
  guide.scene('An agent is on a shorter leash, and a denial is an ordinary error')
  const answer = client.query(agentDelete).then(
    () => undefined,
    (error: unknown) => error,
  )
  const held = await reviewer.waitFor(agentDelete, waitMsMax)
  guide.show('reviewer', `${held.summary}\n\ndenies ${held.shortId}: orders are never deleted`)
  await reviewer.deny(held, 'orders are never deleted')
  const error = await answer
  guide.show('copilot', `${agentDelete}\n${errorText(error)}`)
  guide.check('the agent was told why', errorText(error).includes('orders are never deleted'))
  guide.check('it never reached the database', (await timesIn(demo.upstreamLog, agentDelete)) === 0)
  const refused = await client.query('SELECT * FROM payments').catch((failure: unknown) => failure)
  guide.show('copilot', `SELECT * FROM payments\n${errorText(refused)}`)
  guide.check('what is denied outright waits for nobody', refused instanceof Error)
  const after = await client.query('SELECT count(*)::integer AS orders FROM orders')
  guide.check('the session lives on', after.rows.length === 1)
}

async function replay({ guide, demo }: Scene, sessionId: string): Promise<void> {
  guide.scene('The recording shows the session as the analyst saw it')
  const about = ['--data-dir', demo.proxyDir]
  const played = await runCommand(['sessions', 'replay', sessionId, '--no-wait', ...about])
  guide.show('auditor', `sessions replay ${sessionId}\n${played.output}`)
  guide.check('it can be replayed', played.status === 0)
  guide.check('with the statement that waited', played.output.includes('DELETE FROM carts'))
  guide.check('with rows, masked as they were', played.output.includes('Clara Lehmann'))
  const verified = await runCommand(['sessions', 'verify', ...about])
  guide.show('auditor', `sessions verify\n${verified.output}`)
  guide.check('nothing in it was altered', verified.status === 0)
}

async function count(admin: Client, relation: string): Promise<number> {
  const result = await admin.query(`select count(*)::integer as n from ${relation}`)
  return result.rows[0].n
}

/** As psql prints it. */
function errorText(error: unknown): string {
  const lines = [`ERROR:  ${errorReason(error)}`]
  if (error instanceof DatabaseError) {
    if (error.detail !== undefined) lines.push(`DETAIL:  ${error.detail}`)
    if (error.hint !== undefined) lines.push(`HINT:  ${error.hint}`)
  }
  return lines.join('\n')
}
