/** Mails through a real SMTP server: who gets which, once, and what never stands in them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Approval } from '../../../../src/approvals/approval.ts'
import { Approvals } from '../../../../src/approvals/approvals.ts'
import { Mail, type MailOptions } from '../../../../src/approvals/mail/mail.ts'
import { parseConfig } from '../../../../src/config/load.ts'
import {
  approvalRequest,
  officer,
  requester,
  reviewer,
  robot,
  second,
  stranger,
} from '../../../support/approval-request.ts'
import { type Mailbox, startMailbox } from '../../../support/mailbox.ts'

const never = new AbortController().signal
const digest = 'a'.repeat(64)
const addresses: Readonly<Record<string, string>> = {
  ...{ analyst: 'analyst@shop.example', rita: 'Rita@shop.example', sven: 'sven@shop.example' },
  ...{ tom: 'tom@shop.example', robot: 'robot@shop.example' },
}

interface Place {
  readonly box: Mailbox
  readonly approvals: Approvals
  readonly path: string
  readonly options: MailOptions
  readonly mail: Mail
  readonly log: string[]
}

async function start(t: Test, change: Partial<MailOptions> = {}): Promise<Place> {
  const box = await startMailbox()
  const dir = await mkdtemp(join(tmpdir(), 'countersign-mail-'))
  const path = join(dir, 'state.db')
  const approvals = await Approvals.open({ path, publicUrl: () => 'https://console.test' })
  const log: string[] = []
  const { hostname, port } = new URL(box.url)
  const options: MailOptions = {
    server: {
      ...{ host: hostname, port: Number(port), secure: false, requireTLS: false, ignoreTLS: true },
      auth: { user: 'countersign', pass: 'p@ss word' },
    },
    from: { name: 'Countersign', address: 'countersign@shop.example' },
    to: [],
    literals: false,
    people: {
      email: name => addresses[name],
      all: () => [requester, reviewer, second, officer, stranger, robot],
    },
    log: (message, data) => log.push(`${message} ${JSON.stringify(data)}`),
    ...change,
  }
  const mail = Mail.start(approvals, options)
  t.teardown(async () => {
    await mail.close()
    await approvals.close()
    await box.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  return { box, approvals, path, options, mail, log }
}

async function decided(approvals: Approvals, id: string, change: object = {}): Promise<Approval> {
  const answer = { person: reviewer, decision: 'approved', surface: 'web', ...change } as const
  const result = await approvals.decide(id, { ...answer, shownDigest: digest })
  if (!result.ok) throw new Error(result.message)
  return result.approval
}

t.test('who may decide is asked, whoever asked is told the end, each once', async t => {
  const { box, approvals } = await start(t)
  const asked = await approvals.ask(approvalRequest(), never)
  await box.count(2)
  t.strictSame(box.taken.flatMap(({ to }) => to).sort(), ['rita@shop.example', 'sven@shop.example'])
  const [first] = box.taken
  t.match(
    first?.headers.get('subject'),
    `[${asked.shortId}] analyst wants to DELETE on public.orders in shop (production)`,
  )
  t.match(first?.headers.get('from'), 'Countersign <countersign@shop.example>')
  t.equal(first?.headers.get('auto-submitted'), 'auto-generated')
  t.match(
    first?.text,
    'DELETE without WHERE changes every row of public.orders Rule: unfiltered-write',
  )
  t.match(first?.text, /Needs: 0 of 1 from dba, within 10 min 0 s/)
  t.match(first?.text, `https://console.test/approvals/${asked.shortId}`)
  t.strictSame([...box.logins], ['countersign'])

  await decided(approvals, asked.id)
  await approvals.claim(asked.id, digest)
  await approvals.finished(asked.id, { ok: true, tag: 'DELETE 4', rows: 4, durationMs: 800 })
  await box.count(3)
  const last = box.taken[2]
  t.strictSame(last?.to, ['analyst@shop.example'])
  t.match(last?.headers.get('subject'), /\] finished: DELETE 4, 4 rows, 0.8 s: DELETE on public/)
  t.equal(last?.headers.get('references'), first?.headers.get('references'), 'one thread')
  t.not(last?.headers.get('message-id'), first?.headers.get('message-id'))
})

t.test('a denial is told with its reason, and who is to come back when to', async t => {
  const { box, approvals } = await start(t)
  const denied = await approvals.askOrReturn(approvalRequest())
  await box.count(2)
  await decided(approvals, denied.approval.id, { decision: 'denied', reason: 'not\r\nBcc: today' })
  await box.count(3)
  t.match(box.taken[2]?.text, /denied by rita: not\nBcc: today|denied by rita: not\r\nBcc: today/)
  t.notMatch(box.taken[2]?.head, /^Bcc/im)

  const robots = { name: 'robot', kind: 'agent', owner: 'analyst' } as const
  const back = await approvals.askOrReturn(
    approvalRequest({ requester: robots, digest: 'c'.repeat(64) }),
  )
  await box.count(5)
  await approvals.decide(back.approval.id, {
    ...{ person: reviewer, decision: 'approved', surface: 'web', shownDigest: 'c'.repeat(64) },
  })
  await box.count(6)
  t.strictSame(box.taken[5]?.to, ['analyst@shop.example'], 'the agent’s owner')
  t.match(box.taken[5]?.text, 'It runs once, when you send the same again before')
})

t.test('shared addresses are asked by group and by rule, nobody twice', async t => {
  const { box, approvals } = await start(t, {
    to: [
      { address: 'dba@lists.example', groups: ['dba'], rules: undefined },
      { address: 'security@lists.example', groups: ['security'], rules: undefined },
      { address: 'drops@lists.example', groups: undefined, rules: rule => rule === 'drop' },
      { address: 'RITA@shop.example', groups: undefined, rules: undefined },
    ],
  })
  await approvals.ask(approvalRequest(), never)
  await approvals.ask(approvalRequest({ rules: ['drop'], approvers: { any: [] } }), never)
  await box.count(5)
  t.strictSame(
    box.taken.flatMap(({ to }) => to).sort(),
    [
      ...['dba@lists.example', 'drops@lists.example', 'rita@shop.example', 'rita@shop.example'],
      'sven@shop.example',
    ].toSorted(),
  )
})

t.test('values stay out unless they are let in, and nothing becomes a header', async t => {
  const request = approvalRequest({
    text: "DELETE FROM orders WHERE card = '4111-1111'\r\n.\r\nMAIL FROM:<x@y.z>",
    normalized: 'DELETE FROM orders WHERE card = ?\r\n.\r\nMAIL FROM:<x@y.z>',
    parameters: ['secret-parameter'],
    database: 'shop\r\nBcc: everybody@evil.example\r\n\r\nhello',
    application: '\u202epsql',
  })
  const hidden = await start(t)
  await hidden.approvals.ask(request, never)
  const [mail] = await hidden.box.count(2)
  t.match(mail?.text, 'card = ?')
  t.match(mail?.text, '1 parameter, not shown here.')
  t.match(mail?.text, '⟨U+202E⟩psql')
  t.notMatch(mail?.text, /4111|secret-parameter/)
  t.notMatch(mail?.head, /^Bcc/im)
  t.match(mail?.headers.get('subject'), 'shop Bcc: everybody@evil.example')
  t.equal(hidden.box.taken.length, 2, 'and no mail was smuggled in')
  const shown = await start(t, { literals: true })
  await shown.approvals.ask(request, never)
  t.match((await shown.box.count(1))[0]?.text, /4111[\s\S]*\$1 = 'secret-parameter'/)
})

t.test('a server that is busy is asked again, one that may have it is not', async t => {
  const people = { email: (name: string) => addresses[name], all: () => [reviewer] }
  const { box, approvals, log } = await start(t, { people })
  box.fail(451, 'lost', 550)
  await approvals.ask(approvalRequest({ requester: { name: 'olga', kind: 'person' } }), never)
  await box.count(1)
  await approvals.ask(approvalRequest({ requester: { name: 'olga', kind: 'person' } }), never)
  await approvals.ask(approvalRequest({ requester: { name: 'olga', kind: 'person' } }), never)
  await box.count(2)
  while (log.length < 3) await new Promise(resolve => setTimeout(resolve, 10))
  t.match(log.sort().join('\n'), /451/)
  t.match(log.join('\n'), /may have taken it/)
  t.match(log.join('\n'), /EMESSAGE 550/)
  t.notMatch(log.join('\n'), /p@ss|rita/i)
  t.equal(box.taken.length, 2, 'the one that was lost, and the third')
})

t.test('a restart sends what was not sent, and nothing that is no longer true', async t => {
  const { box, approvals, mail, options, path } = await start(t)
  await mail.close()
  const kept = await approvals.askOrReturn(approvalRequest())
  const over = await approvals.askOrReturn(approvalRequest({ digest: 'b'.repeat(64) }))
  await approvals.withdraw(over.approval.id, 'the requester took it back')
  await approvals.close()
  const again = await Approvals.open({ path, publicUrl: () => 'https://console.test' })
  const later = Mail.start(again, options)
  await box.count(2)
  await later.close()
  const third = Mail.start(again, options)
  await third.close()
  await again.close()
  t.equal(box.taken.length, 2)
  for (const { headers } of box.taken) t.match(headers.get('subject'), `[${kept.approval.shortId}]`)
})

const yaml = (email: string): string => `
databases: { shop: { upstream: "postgres://u@127.0.0.1/shop" } }
users:
  rita: { password_env: RITA, groups: [dba], email: rita@shop.example }
approvals:
  reviewers: { any: [{ group: dba }] }
  email: ${email}
`
const env = {
  ...{ RITA: 'correct horse', SMTP: 'smtps://me:pa%3Ass@mail.example' },
  ...{ PLAIN: 'smtp://mail.example:2525', LOCAL: 'smtp://127.0.0.1', BAD: 'https://me:secret@x' },
}

t.test('the section is read, and what is wrong with it is said where', async t => {
  const read = async (email: string) =>
    (await parseConfig(yaml(email), { path: 'c.yaml', env })).approvals.email
  t.match(await read('{ smtp_url_env: SMTP, from: Guard <guard@shop.example> }'), {
    server: { host: 'mail.example', port: 465, secure: true, auth: { user: 'me', pass: 'pa:ss' } },
    from: { name: 'Guard', address: 'guard@shop.example' },
  })
  t.match((await read('{ smtp_url_env: PLAIN, from: a@b }'))?.server, {
    ...{ port: 2525, secure: false, requireTLS: true, ignoreTLS: false },
  })
  t.match((await read('{ smtp_url_env: LOCAL, from: a@b }'))?.server, {
    ...{ port: 587, requireTLS: false, ignoreTLS: true },
  })
  for (const [email, message] of [
    ['{ from: a@b }', /c.yaml:7:10: expected smtp_url_env or smtp_url_file, got none/],
    ['{ smtp_url_env: BAD, from: a@b }', /expected an smtps:\/\/ or smtp:\/\/ URL/],
    ['{ smtp_url_env: SMTP, from: "a@b\\r\\nBcc: x@y" }', /expected an address such as Counter/],
    ['{ smtp_url_env: SMTP, from: a@b, to: [{ address: "x@y, z@w" }] }', /address such as rita@/],
    ['{ smtp_url_env: SMTP, from: a@b, to: [{ address: x@y, groups: [dbas] }] }', /unknown group/],
    ['{ smtp_url_env: SMTP, from: a@b, to: [{ address: x@y, rules: [nil] }] }', /no rule .* nil/],
  ] as const) {
    const error: unknown = await read(email).catch((each: unknown) => each)
    t.match(error, { message })
    t.notMatch(String(error), 'secret')
  }
})
