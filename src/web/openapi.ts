/**
 * The operations of the HTTP API, and the OpenAPI document made of them. A route that stands not
 * here cannot be called: what an operation asks of a token is said here and nowhere else.
 * https://spec.openapis.org/oas/v3.1.1.html
 */
import { z } from 'zod'
import { pageDefault, pageMax } from '../recording/reading/query-text.ts'
import {
  approvalListSchema,
  approvalSchema,
  approveSchema,
  claimSchema,
  closeReviewSchema,
  components,
  denySchema,
  errorSchema,
  finishedSchema,
  giveGrantSchema,
  givenGrantSchema,
  grantListSchema,
  grantSchema,
  renewSchema,
  requestSchema,
  sessionListSchema,
  sessionSchema,
  withdrawSchema,
} from './api-schemas.ts'
import type { Access } from './callers.ts'
import { exportFormats } from './export-routes.ts'
import {
  chainSchema,
  endedSchema,
  endSchema,
  hitsSchema,
  rowsSchema,
  timelineSchema,
} from './player-schemas.ts'
import { waitSecondsDefault, waitSecondsMax } from './wait.ts'

export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** As in the document: `/approvals/{id}`. */
  readonly path: string
  readonly id: string
  readonly summary: string
  readonly access: Access
  readonly query?: Readonly<Record<string, { description: string; schema: object }>>
  readonly body?: z.ZodType
  /** The answer when all is well. */
  readonly status: 200 | 201
  /** Absent: any JSON. */
  readonly answer?: z.ZodType
  /** The answer is no JSON. */
  readonly file?: true
  /** Beside 401 and 429, which every operation but an open one has. */
  readonly refusals: readonly number[]
}

export const prefix = '/api/v1'

export const operations: readonly Operation[] = [
  {
    ...{ method: 'GET', path: '/openapi.json', id: 'getDocument', access: 'open', status: 200 },
    summary: 'This document',
    refusals: [],
  },
  {
    ...{ method: 'GET', path: '/approvals', id: 'listApprovals', access: 'read', status: 200 },
    summary: 'Requests that you may see, newest first',
    query: {
      state: { description: 'States, with commas between them.', schema: { type: 'string' } },
      review: {
        description: 'Only what broke the glass, and was not looked at yet.',
        schema: { type: 'string', enum: ['open'] },
      },
      limit: {
        description: 'At most so many.',
        schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
      },
    },
    answer: approvalListSchema,
    refusals: [400, 403],
  },
  {
    ...{ method: 'GET', path: '/approvals/{id}', id: 'getApproval', access: 'read', status: 200 },
    summary: 'One request, whole; by its id or its short id',
    answer: approvalSchema,
    refusals: [403, 404],
  },
  {
    ...{ method: 'GET', path: '/approvals/{id}/wait', id: 'waitForApproval' },
    ...{ access: 'read', status: 200 },
    summary: 'Answers as soon as the request is no longer pending, or when the time is over',
    query: {
      timeout: {
        description: 'In seconds. Ask again when it is pending still.',
        schema: {
          ...{ type: 'integer', minimum: 0, maximum: waitSecondsMax },
          default: waitSecondsDefault,
        },
      },
    },
    answer: approvalSchema,
    refusals: [400, 403, 404, 503],
  },
  {
    ...{ method: 'POST', path: '/approvals/{id}/approve', id: 'approve' },
    ...{ access: 'decide', status: 200 },
    summary: 'Approves what was shown',
    body: approveSchema,
    answer: approvalSchema,
    refusals: [400, 403, 404, 409, 410, 413, 415],
  },
  {
    ...{ method: 'POST', path: '/approvals/{id}/deny', id: 'deny', access: 'decide', status: 200 },
    summary: 'Denies it; the requester is told why',
    body: denySchema,
    answer: approvalSchema,
    refusals: [400, 403, 404, 409, 410, 413, 415],
  },
  {
    ...{ method: 'POST', path: '/approvals', id: 'request', access: 'request', status: 201 },
    summary: 'Asks for something that is not SQL; whoever asks does it, once it is approved',
    body: requestSchema,
    answer: approvalSchema,
    refusals: [400, 403, 413, 415, 503],
  },
  {
    ...{ method: 'POST', path: '/approvals/{id}/claim', id: 'claim' },
    ...{ access: 'request', status: 200 },
    summary: 'Uses up the approval of what you asked for, before you do it; works once',
    body: claimSchema,
    answer: approvalSchema,
    refusals: [400, 403, 404, 409, 413, 415, 503],
  },
  {
    ...{ method: 'POST', path: '/approvals/{id}/renew', id: 'renew' },
    ...{ access: 'request', status: 200 },
    summary: 'Says that what you claimed under a lease still goes on',
    body: renewSchema,
    answer: approvalSchema,
    refusals: [400, 403, 404, 409, 413, 415],
  },
  {
    ...{ method: 'POST', path: '/approvals/{id}/finished', id: 'finished' },
    ...{ access: 'request', status: 200 },
    summary: 'Says how what you claimed has ended',
    body: finishedSchema,
    answer: approvalSchema,
    refusals: [400, 403, 404, 409, 413, 415],
  },
  {
    ...{ method: 'POST', path: '/approvals/{id}/withdraw', id: 'withdraw' },
    ...{ access: 'request', status: 200 },
    summary: 'Takes back what you asked for and have not begun',
    body: withdrawSchema,
    answer: approvalSchema,
    refusals: [400, 403, 404, 409, 413, 415],
  },
  {
    ...{ method: 'POST', path: '/approvals/{id}/close-review', id: 'closeReview' },
    ...{ access: 'decide', status: 200 },
    summary: 'Says that you have looked at what broke the glass, and with what result',
    body: closeReviewSchema,
    answer: approvalSchema,
    refusals: [400, 403, 404, 409, 413, 415],
  },
  {
    ...{ method: 'GET', path: '/grants', id: 'listGrants', access: 'read', status: 200 },
    summary: 'Grants that you may see, newest first',
    query: {
      state: { description: 'States, with commas between them.', schema: { type: 'string' } },
    },
    answer: grantListSchema,
    refusals: [400, 403],
  },
  {
    ...{ method: 'GET', path: '/grants/{id}', id: 'getGrant', access: 'read', status: 200 },
    summary: 'One grant; by the id or the short id of the approval that it was given with',
    answer: grantSchema,
    refusals: [403, 404],
  },
  {
    ...{ method: 'POST', path: '/grants', id: 'giveGrant', access: 'grant', status: 201 },
    summary: 'Approves what was shown, and more runs than this one',
    body: giveGrantSchema,
    answer: givenGrantSchema,
    refusals: [400, 403, 404, 409, 410, 413, 415],
  },
  {
    ...{ method: 'DELETE', path: '/grants/{id}', id: 'revokeGrant', access: 'grant', status: 200 },
    summary: 'Ends a grant at once, also for open sessions',
    answer: grantSchema,
    refusals: [400, 403, 404, 409, 413, 415],
  },
  {
    ...{ method: 'GET', path: '/sessions', id: 'listSessions', access: 'password', status: 200 },
    summary: 'Recorded sessions, newest first, by what is asked; for auditors',
    query: {
      ...asked('user', 'Of a person or an agent.'),
      ...asked('agent', 'Of an agent.'),
      ...asked('owner', "Of this person's agents."),
      ...asked('database', 'As the configuration names it.'),
      ...asked('environment', 'As the configuration names it.'),
      ...asked('since', 'A date, a time, or how long ago: 7d.'),
      ...asked('until', 'The same; excluded.'),
      ...asked('table', 'A statement was about it: customers, public.customers.'),
      ...asked('column', 'A statement read it: email, public.customers.email.'),
      ...asked('effect', 'A statement had it: delete.'),
      verdict: {
        description: 'A statement got it.',
        schema: { type: 'string', enum: ['allow', 'hold', 'deny'] },
      },
      ...asked('rule', 'It spoke about a statement.'),
      ...asked('approver', 'Approved or denied a statement.'),
      ...asked('text', 'A statement has it, without its values, in either case.'),
      rows: {
        description: 'A statement showed or touched at least so many.',
        schema: { type: 'integer', minimum: 0 },
      },
      ...asked('bytes', 'A statement showed at least so much: 10MiB.'),
      limit: {
        description: 'At most so many sessions.',
        schema: { type: 'integer', minimum: 1, maximum: pageMax, default: pageDefault },
      },
      ...asked('after', 'The "next" of the page before.'),
    },
    answer: sessionListSchema,
    refusals: [400, 403, 404],
  },
  {
    ...{ method: 'GET', path: '/sessions/{id}', id: 'getSession', access: 'password', status: 200 },
    summary: 'One recorded session, for auditors',
    answer: sessionSchema,
    refusals: [403, 404],
  },
  {
    ...{ method: 'GET', path: '/sessions/{id}/timeline', id: 'getTimeline' },
    ...{ access: 'password', status: 200 },
    summary: 'Statements, waits, decisions, errors and gaps of a session; times in microseconds',
    query: {
      since: {
        description:
          'The "version" of the answer before: only what changed since, awaited a while.',
        schema: { type: 'integer', minimum: 0, default: 0 },
      },
    },
    answer: timelineSchema,
    refusals: [400, 403, 404],
  },
  {
    ...{ method: 'GET', path: '/sessions/{id}/rows', id: 'getRows' },
    ...{ access: 'password', status: 200 },
    summary: 'A page of rows as the client saw them: the one that has this row',
    query: {
      result: { description: 'Its "id" in the timeline.', schema: { type: 'integer' } },
      row: { description: 'From 0.', schema: { type: 'integer' } },
    },
    answer: rowsSchema,
    refusals: [400, 403, 404],
  },
  {
    ...{ method: 'GET', path: '/sessions/{id}/search', id: 'searchSession' },
    ...{ access: 'password', status: 200 },
    summary: 'Where a text is in a session: in statements, messages and rows, in either case',
    query: {
      text: { description: 'What to look for.', schema: { type: 'string', maxLength: 200 } },
    },
    answer: hitsSchema,
    refusals: [400, 403, 404],
  },
  {
    ...{ method: 'GET', path: '/sessions/{id}/chain', id: 'getChain' },
    ...{ access: 'password', status: 200 },
    summary: 'Whether what was recorded of a session is as it was written',
    answer: chainSchema,
    refusals: [403, 404],
  },
  {
    ...{ method: 'GET', path: '/sessions/{id}/export', id: 'exportSession' },
    ...{ access: 'password', status: 200, file: true },
    summary: 'A session as a file: evidence, a page that plays it, an asciicast, a result as CSV',
    query: {
      format: {
        description: 'Of the file.',
        schema: { type: 'string', enum: exportFormats, default: 'ndjson' },
      },
      result: { description: 'Which one, for csv.', schema: { type: 'integer', default: 0 } },
    },
    refusals: [400, 403, 404],
  },
  {
    ...{ method: 'POST', path: '/sessions/{id}/end', id: 'endSession' },
    ...{ access: 'password', status: 200 },
    summary: 'Ends a session that runs on this node, and cancels what its server does for it',
    body: endSchema,
    answer: endedSchema,
    refusals: [400, 403, 404, 409, 413, 415],
  },
]

function asked(
  name: string,
  description: string,
): Readonly<Record<string, { description: string; schema: object }>> {
  return { [name]: { description, schema: { type: 'string' } } }
}

const byRoute = new Map(operations.map(each => [`${each.method} ${routeOf(each)}`, each.access]))

/** Of a route as Fastify knows it, with the prefix. Undefined: there is no such operation. */
export function accessOf(method: string, route: string | undefined): Access | undefined {
  return byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${route}`)
}

function routeOf({ path }: Operation): string {
  return `${prefix}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`
}

/** `server` is the console's address, without a slash at the end. */
export function openApiDocument(server: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: operationObject(operation),
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Countersign',
      version: '1',
      description: 'Requests for approval: list, read, decide, wait, ask; grants.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${server}${prefix}` }],
    paths,
    components: {
      schemas: schemas(),
      securitySchemes: {
        password: { type: 'http', scheme: 'basic' },
        token: {
          ...{ type: 'http', scheme: 'bearer', bearerFormat: 'cst_…' },
          description: 'Made by `countersign tokens new`. Acts as its user, within its scopes.',
        },
      },
    },
  }
}

function operationObject(operation: Operation): object {
  const { id, summary, access, query, body, status, answer, path, file } = operation
  const refusals = [...operation.refusals, ...(access === 'open' ? [] : [401, 429]), 421, 500]
  return {
    ...{ operationId: id, summary },
    security: securityOf(access),
    parameters: [
      ...(path.includes('{id}')
        ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 100 } }]
        : []),
      ...Object.entries(query ?? {}).map(([name, each]) => ({ name, in: 'query', ...each })),
    ],
    ...(body !== undefined && { requestBody: { required: true, content: jsonContent(body) } }),
    responses: {
      [status]: {
        description: summary,
        content: file
          ? { '*/*': { schema: { type: 'string' } } }
          : answer === undefined
            ? { 'application/json': { schema: { type: 'object' } } }
            : jsonContent(answer),
      },
      ...Object.fromEntries(
        refusals
          .sort()
          .map(code => [
            code,
            code === 421
              ? { description: meanings[code] }
              : { description: meanings[code], content: jsonContent(errorSchema) },
          ]),
      ),
    },
  }
}

function securityOf(access: Access): readonly object[] {
  if (access === 'open') return []
  if (access === 'password') return [{ password: [] }]
  // OpenAPI 3.1 lets roles be named for schemes other than OAuth.
  return [{ password: [] }, { token: [access] }]
}

const meanings: Readonly<Record<number, string>> = {
  400: 'Something else was expected',
  401: 'No valid password or token',
  403: 'Not allowed',
  404: 'There is none, or it is not yours to see',
  409: 'Decided already, or not what was shown',
  410: 'Too late',
  413: 'Too large',
  415: 'Not JSON',
  421: 'Not this host; text',
  429: 'Too many tries; `retry-after` says when to come again',
  500: 'Our mistake; the log says which',
  503: 'Not now; come again',
}

function jsonContent(schema: z.ZodType): object {
  return { 'application/json': { schema: jsonSchema(schema) } }
}

const uri = (id: string): string => `#/components/schemas/${id}`

/** Named schemas stand once, among the components. */
function jsonSchema(schema: z.ZodType): object {
  const [id] = [...components].find(([, each]) => each === schema) ?? []
  return id === undefined ? (schemas({ this: schema })['this'] ?? {}) : { $ref: uri(id) }
}

function schemas(more: Readonly<Record<string, z.ZodType>> = {}): Record<string, object> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of [...components, ...Object.entries(more)]) registry.add(schema, { id })
  const made = z.toJSONSchema(registry, { uri, io: 'input' }).schemas
  return Object.fromEntries(Object.entries(made).map(([id, schema]) => [id, bare(schema)]))
}

/** In OpenAPI 3.1 the document says which dialect, and where a schema is. */
function bare(schema: object): object {
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'),
  )
}
