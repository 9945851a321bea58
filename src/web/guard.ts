/**
 * What every request to the console passes: the Host header, where a form came from, and the
 * headers of every answer.
 */
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not no-referrer: browsers would then send `Origin: null` with our own forms.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
}

export function setHeaders(reply: FastifyReply): void {
  reply.headers(headers)
}

export function guard(app: FastifyInstance, publicUrl: () => string): void {
  app.addHook('onRequest', async (request, reply) => {
    setHeaders(reply)
    // Probes come by whatever name the machine has, and learn nothing.
    if (isProbe(request.url)) return
    if (!isExpectedHost(request.headers.host, publicUrl())) {
      return reply
        .code(421)
        .type('text/plain; charset=utf-8')
        .send('expected the host name of public_url, an IP address or localhost\n')
    }
    if (request.method !== 'GET' && request.method !== 'HEAD' && isForeign(request, publicUrl())) {
      return reply
        .code(403)
        .type('text/plain; charset=utf-8')
        .send('expected a request of this console, got one of another site\n')
    }
  })
}

function isProbe(url: string): boolean {
  return url === '/livez' || url === '/readyz' || url === '/metrics'
}

/**
 * DNS rebinding gives a page of somebody else's a name that resolves to us. It needs a name: an
 * address or localhost cannot be rebound.
 */
function isExpectedHost(host: string | undefined, publicUrl: string): boolean {
  const name = hostName(host)
  if (name === undefined) return false
  if (name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true
  return URL.canParse(publicUrl) && name === new URL(publicUrl).hostname
}

function hostName(host: string | undefined): string | undefined {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host)) return undefined
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined
}

/** Browsers say where a form was; programs say nothing, and have no cookies to be abused. */
function isForeign(request: FastifyRequest, publicUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const { origin } = request.headers
  if (origin === undefined) return false
  if (!URL.canParse(origin)) return true
  const { host } = new URL(origin)
  // A proxy before us may have changed the Host header, but not where people come from.
  return host !== request.headers.host && host !== hostOf(publicUrl)
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
