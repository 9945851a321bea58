/** Holds every answer of the HTTP API against the OpenAPI document that it serves itself. */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { z } from 'zod'
import { openApiDocument, prefix } from '../../src/web/openapi.ts'

export interface Document {
  readonly openapi: string
  readonly servers: readonly { url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

interface OperationObject {
  readonly operationId: string
  readonly security: readonly object[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

type Content = Readonly<Record<string, { readonly schema: object }>>

const document = openApiDocument('http://localhost') as Document
const validators = new Map<string, z.ZodType>()

/** What is not in the document is a mistake, too; what a route that is not there says is an Error. */
export function answerMistake(
  method: string,
  url: string,
  status: number,
  body: string,
): string | undefined {
  const { pathname } = new URL(url, 'http://localhost')
  if (!pathname.startsWith(`${prefix}/`) || status === 421) return undefined
  const name = pathname.slice(prefix.length)
  const found = Object.entries(document.paths).find(
    ([path, methods]) =>
      methods[method.toLowerCase()] !== undefined &&
      new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(name),
  )
  const operation = found?.[1][method.toLowerCase()]
  // The guard, which is before everything, speaks in plain text.
  if (status === 403 && !body.startsWith('{')) return undefined
  if (operation === undefined) return validate('Error', errorRef, body)
  const response = operation.responses[status]
  if (response === undefined) return `${method} ${name}: ${status} is not in the document`
  const schema = response.content?.['application/json']?.schema
  return schema && validate(`${operation.operationId} ${status}`, schema, body)
}

const errorRef = { $ref: '#/components/schemas/Error' }

function validate(name: string, schema: object, body: string): string | undefined {
  let validator = validators.get(name)
  if (validator === undefined) {
    validator = z.fromJSONSchema(strict({ ...schema, $defs: document.components.schemas }))
    validators.set(name, validator)
  }
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return `${name}: no JSON: ${body.slice(0, 100)}`
  }
  const parsed = validator.safeParse(value)
  return parsed.success ? undefined : `${name}: ${z.prettifyError(parsed.error)}`
}

/** Fields that the document does not name are mistakes here. */
function strict(schema: object): Parameters<typeof z.fromJSONSchema>[0] {
  const text = JSON.stringify(schema, (_key, value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    'properties' in value &&
    typeof value.properties === 'object'
      ? { ...value, additionalProperties: false }
      : value,
  )
  return JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/'))
}

/** From here on, every answer that the app gives is checked. */
export function checkAnswers(test: Test, app: FastifyInstance): void {
  app.server.prependListener('request', ({ method = '', url = '' }, response: ServerResponse) => {
    const chunks: Buffer[] = []
    const keep = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    }
    const { write, end } = response
    response.write = ((...given: Parameters<typeof end>) => {
      keep(given[0])
      return write.apply(response, given as unknown as Parameters<typeof write>)
    }) as typeof write
    response.end = ((...given: Parameters<typeof end>) => {
      keep(given[0])
      check(method, url, response.statusCode, Buffer.concat(chunks).toString())
      return end.apply(response, given)
    }) as typeof end
  })
  const inject = app.inject.bind(app) as (options: unknown) => Promise<LightAnswer>
  app.inject = (async (options: string | { method?: string; url: string }) => {
    const answer = await inject(options)
    const { method = 'GET', url } = typeof options === 'string' ? { url: options } : options
    check(method, url, answer.statusCode, answer.body)
    return answer
  }) as typeof app.inject

  function check(method: string, url: string, status: number, body: string): void {
    if (method === 'HEAD') return
    const mistake = answerMistake(method, url, status, body)
    if (mistake !== undefined) test.fail(mistake)
  }
}

interface LightAnswer {
  readonly statusCode: number
  readonly body: string
}
