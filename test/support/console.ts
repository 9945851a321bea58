/** A console over a fresh store, with real accounts, and a browser's part of signing in. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { Approvals } from '../../src/approvals/approvals.ts'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import { type UserConfig, Users } from '../../src/identity/users.ts'
import type { WebOptions } from '../../src/web/options.ts'
import { buildWeb } from '../../src/web/server.ts'
import { checkAnswers } from './api-answers.ts'
import { officer, requester, reviewer, robot, second, stranger } from './approval-request.ts'

export const password = 'correct horse battery'

export interface Console {
  readonly app: FastifyInstance
  readonly approvals: Approvals
  readonly users: Users
}

export async function openConsole(
  test: Test,
  change: Partial<WebOptions> = {},
  path: string = join(test.testdir(), 'state.db'),
): Promise<Console> {
  const publicUrl = change.publicUrl ?? (() => 'http://localhost')
  const approvals = await Approvals.open({ path, publicUrl })
  const users = new Users(await accounts(), randomBytes(32))
  const app = await buildWeb({
    approvals,
    users,
    publicUrl,
    auditors: ['security'],
    actions,
    ...change,
  })
  checkAnswers(test, app)
  test.teardown(async () => {
    await app.close()
    await approvals.close()
  })
  return { app, approvals, users }
}

const actions: WebOptions['actions'] = {
  approvers: { any: [{ group: 'dba', count: 1 }] },
  expiresInMs: 600_000,
  ownerMayApprove: false,
  recorded: () => Promise.resolve(),
}

async function accounts(): Promise<readonly UserConfig[]> {
  const credential = await scramVerifier(password)
  const people = [requester, reviewer, second, officer, stranger, robot]
  return people.map(person => ({ ...person, credential }))
}

/** What a browser keeps of an answer. */
export function cookiesOf(answer: LightMyRequestResponse): Record<string, string> {
  return Object.fromEntries(answer.cookies.map(cookie => [cookie.name, cookie.value]))
}

export function fieldOf(page: string, name: string): string {
  const [, value] = new RegExp(`name="${name}" value="([^"]*)"`).exec(page) ?? []
  if (value === undefined) throw new Error(`expected a field ${name} in the page, got none`)
  return value
}

export function form(fields: Record<string, string>): {
  payload: string
  headers: Record<string, string>
} {
  return {
    payload: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }
}

/** Fills in the form as a person would; returns the cookies afterwards. */
export async function signIn(app: FastifyInstance, user: string): Promise<Record<string, string>> {
  const page = await app.inject('/sign-in')
  const cookies = cookiesOf(page)
  const csrf = fieldOf(page.body, 'csrf')
  const answer = await app.inject({
    method: 'POST',
    url: '/sign-in',
    cookies,
    ...form({ csrf, user, password, next: '/' }),
  })
  if (answer.statusCode !== 303) throw new Error(`expected to sign in, got ${answer.statusCode}`)
  return cookiesOf(answer)
}

export function basic(user: string, secret: string = password): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` }
}
