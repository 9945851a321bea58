/** Why a client wants a statement: from where it says so to what reviewers and auditors see. */
import type { Connection } from 'mysql2/promise'
import pg from 'pg'
import t from 'tap'
import { startMysqlProxy } from '../support/mysql-proxy.ts'
import { startProxy } from '../support/proxy.ts'

const sql = `
  CREATE TABLE carts (n int);
  CREATE TABLE wanted (n int);
`
const rules = `  rules:
    - { name: wanted, action: hold, effects: [delete], objects: ['*.wanted'], require_reason: true }
`

interface Asked {
  readonly sessionId: string
  readonly requesterReason?: string
  readonly application?: string
}

t.test('a reason on Postgres', async t => {
  const proxy = await startProxy(t, { log: true, sql, rules })
  const client = async (config: pg.ClientConfig = {}): Promise<pg.Client> => {
    const made = new pg.Client({ ...proxy.client(), ...config })
    await made.connect()
    t.teardown(() => made.end())
    return made
  }
  /** What the reviewer is told of a statement, which is then denied. */
  const asked = async (client: pg.Client, text: string, values?: string[]): Promise<Asked> => {
    const answer = client.query(text, values).catch((error: unknown) => error)
    const approval = await proxy.pending()
    await proxy.decide(approval, 'deny')
    t.match(await answer, { code: '42501' })
    return approval as unknown as Asked
  }

  await t.test('is what the statement says, else the session, else the connection', async t => {
    const options = '-c countersign.reason=on\\ connecting'
    const one = await client({ options })
    t.match(await asked(one, 'DELETE FROM carts'), { requesterReason: 'on connecting' })
    await one.query("SET countersign.reason = 'ticket 7'")
    t.match(await asked(one, 'DELETE FROM carts'), { requesterReason: 'ticket 7' })
    const commented = "DELETE FROM carts /*action='x',reason='Ticket%208'*/"
    t.match(await asked(one, commented), { requesterReason: 'Ticket 8' })
    const prepared = "DELETE FROM carts WHERE n > $1 OR true -- countersign_reason='nine'"
    t.match(await asked(one, prepared, ['1']), { requesterReason: 'nine' })
    await one.query('RESET countersign.reason')
    t.match(await asked(one, 'DELETE FROM carts'), { requesterReason: 'on connecting' })

    const named = await client({ application_name: 'job; reason=nightly' })
    t.match(await asked(named, 'DELETE FROM carts'), {
      application: 'job',
      requesterReason: 'nightly',
    })
    const silent = await asked(await client(), "DELETE FROM carts WHERE 'reason=''x''' <> ''")
    t.notHas(silent, { requesterReason: String })
  })

  await t.test('may be wanted by a rule, which says how to give one', async t => {
    const one = await client()
    const refused = await one.query('DELETE FROM wanted').catch((error: unknown) => error)
    t.match(refused, {
      code: '42501',
      message: /^denied by policy: a reason has to be given \(rule .*wanted\)/,
      hint: /reason='…'.*SET countersign\.reason = '…'/,
    })
    t.notMatch(await proxy.ran(), 'DELETE FROM wanted')
    const text = "/* reason='ticket 9' */ DELETE FROM wanted"
    const answer = one.query(text)
    const approval = await proxy.pending()
    t.match(approval, { requesterReason: 'ticket 9', text })
    await proxy.decide(approval, 'approve')
    t.equal((await answer).rowCount, 0)
  })

  await t.test('is shown as text wherever the request is, and recorded', async t => {
    const one = await client()
    const hostile = `<b>x</b>\u202e *bold* \u0007`
    const answer = one
      .query(`DELETE FROM carts /*reason='${encodeURIComponent(hostile)}'*/`)
      .catch((error: unknown) => error)
    const approval = (await proxy.pending()) as Asked & Parameters<typeof proxy.decide>[0]
    const shown = '<b>x</b>⟨U+202E⟩ *bold* ⟨U+0007⟩'
    t.equal(approval.requesterReason, shown)
    await proxy.decide(approval, 'deny')
    await answer
    await one.end()
    const replay = ['sessions', 'replay', approval.sessionId, '--data-dir', proxy.dataDir]
    t.match((await proxy.command(...replay, '--no-wait')).stdout, `wanted because: ${shown}`)
  })
})

t.test('a reason on MariaDB', async t => {
  const proxy = await startMysqlProxy(t, { flavour: 'mariadb', sql, rules })
  const asked = async (client: Connection, text: string): Promise<Asked> => {
    const answer = client.query(text).catch((error: unknown) => error)
    const approval = await proxy.pending()
    await proxy.decide(approval, 'deny')
    t.match(await answer, { errno: 1227 })
    return approval as unknown as Asked
  }
  const attributes = { countersign_reason: 'on connecting', program_name: 'job; reason=no' }
  const one = await proxy.client(t, 'analyst', { connectAttributes: attributes })
  t.match(await asked(one, 'DELETE FROM carts'), {
    application: 'job',
    requesterReason: 'on connecting',
  })
  await one.query("SET @countersign_reason = CONCAT('ticket ', 7, ' é')")
  t.match(await asked(one, 'DELETE FROM carts'), { requesterReason: 'ticket 7 é' })
  await one.execute('SET @Countersign_Reason = ?', ['bound'])
  t.match(await asked(one, 'DELETE FROM carts'), { requesterReason: 'bound' })
  t.match(await asked(one, "DELETE FROM carts /*reason='Ticket%208'*/"), {
    requesterReason: 'Ticket 8',
  })
  await one.query('SET @countersign_reason = NULL')
  t.match(await asked(one, 'DELETE FROM carts'), { requesterReason: 'on connecting' })

  const silent = await proxy.client(t)
  t.match(await silent.query('DELETE FROM wanted').catch((error: unknown) => error), {
    errno: 1227,
    message: /a reason has to be given \(rule .*wanted.*reason='…'.*SET @countersign_reason = '…'/,
  })
  t.equal(await proxy.runs('DELETE FROM wanted'), 0)
  t.match(await asked(silent, "DELETE FROM wanted # reason='now'"), { requesterReason: 'now' })
})
