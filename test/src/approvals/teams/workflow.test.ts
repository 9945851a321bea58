/** The webhook of a workflow: cards with a link, once for what is asked and once for the end. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Approvals } from '../../../../src/approvals/approvals.ts'
import { Workflow } from '../../../../src/approvals/teams/workflow.ts'
import { approvalRequest, reviewer } from '../../../support/approval-request.ts'
import { cardText, executeOf } from '../../../support/teams.ts'

const never = new AbortController().signal

interface Place {
  readonly approvals: Approvals
  readonly posted: string[]
  readonly log: string[]
  /** Of the next requests; 202 when there is none. */
  readonly answers: (number | 'lost')[]
}

async function start(t: Test): Promise<Place> {
  const posted: string[] = []
  const log: string[] = []
  const answers: (number | 'lost')[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      const answer = answers.shift() ?? 202
      if (answer === 'lost' || answer < 300) posted.push(body)
      if (answer === 'lost') request.socket.destroy()
      else response.writeHead(answer).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const dir = await mkdtemp(join(tmpdir(), 'countersign-workflow-'))
  const approvals = await Approvals.open({
    path: join(dir, 'state.db'),
    publicUrl: () => 'http://console.test',
  })
  const workflow = Workflow.start(approvals, {
    url: `http://127.0.0.1:${port}/workflows/1?sig=very-secret`,
    literals: false,
    log: (_level, message, data) => log.push(`${message} ${JSON.stringify(data)}`),
    answerMsMax: 300,
  })
  t.teardown(async () => {
    await workflow.close()
    await approvals.close()
    server.closeAllConnections()
    server.close()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  return { approvals, posted, log, answers }
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(resolve => setTimeout(resolve, 10))
}

t.test('a card says what is asked and leads to it, and another how it ended', async t => {
  const { approvals, posted } = await start(t)
  const pending = await approvals.ask(approvalRequest(), never)
  await until(() => posted.length === 1)
  const envelope = JSON.parse(posted[0] ?? '')
  t.match(envelope, {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
  })
  const { content } = envelope.attachments[0]
  t.match(cardText(content), /analyst wants to DELETE on public.orders/)
  t.match(content.actions, [{ type: 'Action.OpenUrl', url: pending.url }])
  t.equal(executeOf(content, 'approve'), undefined)
  t.equal(content.refresh, undefined, 'nobody would answer it')
  await approvals.decide(pending.id, {
    person: reviewer,
    decision: 'denied',
    reason: 'not today',
    surface: 'web',
    shownDigest: 'a'.repeat(64),
  })
  await until(() => posted.length === 2)
  t.match(cardText(JSON.parse(posted[1] ?? '')), /denied by rita: not today/)
})

t.test('a workflow that is busy is asked again; one that may have run is not', async t => {
  const { approvals, posted, log, answers } = await start(t)
  answers.push(429, 503)
  await approvals.ask(approvalRequest(), never)
  await until(() => posted.length === 1)
  answers.push('lost')
  const second = await approvals.ask(approvalRequest({ database: 'other' }), never)
  await until(() => log.some(line => /workflow: 127/.test(line)))
  await approvals.withdraw(second.id, 'the client left')
  await until(() => posted.length === 3)
  t.match(posted[2], /withdrawn: the client left/)
  t.notMatch(log.join('\n'), /very-secret/, 'the URL is a secret')
})
