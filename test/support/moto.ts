/**
 * moto (https://docs.getmoto.org): KMS and S3 on this machine, and a proxy before it that fails as
 * the real ones do.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { pythonWith } from './python.ts'

const wanted = 'moto[server,kms,s3]==5.2.4'

/** What answers next: moto; nothing at all; a status; or an error of KMS by its name. */
export type Fault = 'none' | 'hang' | { readonly status: number } | { readonly error: string }

export interface Moto {
  /** Of the proxy before it. */
  readonly endpoint: string
  fault: Fault
  /** Requests so far, by the operation of KMS, or by method. */
  readonly asked: Map<string, number>
}

/** Rejects when it cannot be had: nothing is skipped in silence. */
export async function startMoto(t: Pick<Test, 'teardown'>): Promise<Moto> {
  const child = spawn(
    await pythonWith('moto', [wanted]),
    ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', MOTO_ACCOUNT_ID: '123456789012' },
    },
  )
  t.teardown(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const port = await new Promise<number>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [, digits] = /127\.0\.0\.1:(\d+)/.exec(said) ?? []
      if (digits !== undefined) resolve(Number(digits))
    })
    child.once('exit', () => reject(new Error(`moto did not start: ${said}`)))
  })
  // Any account will do, as long as there is one.
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test'
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test'
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true'
  return faultProxy(t, port)
}

async function faultProxy(t: Pick<Test, 'teardown'>, port: number): Promise<Moto> {
  const asked = new Map<string, number>()
  const moto = { endpoint: '', fault: 'none' as Fault, asked }
  const server = createServer((from, to) => {
    const target = String(from.headers['x-amz-target'] ?? from.method).replace('TrentService.', '')
    asked.set(target, (asked.get(target) ?? 0) + 1)
    const { fault } = moto
    if (fault === 'hang') {
      from.resume()
      return
    }
    if (fault === 'none') {
      pass(from, to, port)
      return
    }
    from.resume().once('end', () => {
      const status = 'status' in fault ? fault.status : 400
      to.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      to.end('error' in fault ? JSON.stringify({ __type: fault.error, message: 'as told' }) : '')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  moto.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return moto
}

function pass(from: IncomingMessage, to: ServerResponse, port: number): void {
  const { method, url: path, headers } = from
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, answer => {
    to.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(to)
  })
  onward.on('error', () => to.destroy())
  from.pipe(onward)
}
