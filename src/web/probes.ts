/** For machines: whether it lives, whether it can do its work, and its numbers. */
import type { FastifyInstance } from 'fastify'
import type { Readiness, WebOptions } from './options.ts'

export function registerProbes(app: FastifyInstance, options: WebOptions): void {
  app.get('/livez', async (_request, reply) => reply.type('text/plain').send('live\n'))

  app.get('/readyz', async (_request, reply) => {
    const { ready, parts } = await readiness(options)
    return reply.code(ready ? 200 : 503).send({ ready, parts })
  })

  const { metrics } = options
  if (metrics !== undefined) {
    app.get('/metrics', async (_request, reply) => {
      const { contentType, body } = await metrics()
      return reply.type(contentType).send(body)
    })
  }
}

async function readiness(options: WebOptions): Promise<Readiness> {
  const [stored, others] = await Promise.all([storeAnswers(options), options.ready?.()])
  return {
    ready: stored && (others?.ready ?? true),
    parts: { ...others?.parts, approvals: stored ? 'healthy' : 'unavailable' },
  }
}

async function storeAnswers(options: WebOptions): Promise<boolean> {
  try {
    await options.approvals.list({ limit: 1 })
    return true
  } catch (error) {
    options.log?.('error', 'the store of approvals does not answer', { err: error })
    return false
  }
}
