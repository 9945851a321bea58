/** The real program over a folder of its own, whatever it speaks: start, ask its API, stop. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inRepository } from './repository.ts'

export const main: string = inRepository('dist/src/main.js')
/** Arguments of env: the test runner's loaders and signal handlers are none of the program's. */
const clean = ['-u', 'NODE_OPTIONS']
/** Everybody's. */
export const password = 'correct-horse'

export interface Approval {
  readonly id: string
  readonly shortId: string
  readonly digest: string
  readonly state: string
  readonly text: string
}

interface Upstream {
  readonly logPath: string
  stop(): Promise<void>
}

export class RunningProgram {
  port = 0
  http = ''
  readonly dataDir: string
  readonly config: string
  readonly #protocol: string
  readonly #upstream: Upstream
  readonly #dir: string
  readonly #wrap: readonly string[]
  #child: ChildProcess | undefined
  #output = ''

  /** `protocol` is the one whose port is told. */
  constructor(dir: string, protocol: string, upstream: Upstream, wrap: readonly string[]) {
    this.#dir = dir
    this.#protocol = protocol
    this.#upstream = upstream
    this.#wrap = wrap
    this.config = join(dir, 'countersign.yaml')
    this.dataDir = join(dir, 'data')
  }

  get child(): ChildProcess {
    if (this.#child === undefined) throw new Error('the proxy was not started')
    return this.#child
  }

  output(): string {
    return this.#output
  }

  async start(): Promise<void> {
    const args = [...clean, ...this.#wrap, process.execPath, main, 'serve', '-c', this.config]
    const child = spawn('env', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child = child
    const from = this.#output.length
    const exited = once(child, 'exit')
    const listens = new RegExp(`${this.#protocol}: .*:(\\d+)\n`)
    const ready = new Promise<void>(resolve => {
      child.stderr?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString()
        const said = this.#output.slice(from)
        const database = listens.exec(said)
        const http = /console: +(\S+)\n/.exec(said)
        if (database === null || http === null) return
        this.port = Number(database[1])
        this.http = http[1] ?? ''
        resolve()
      })
    })
    await Promise.race([ready, exited])
    if (child.exitCode !== null) throw new Error(`the proxy did not start:\n${this.#output}`)
  }

  /** Without what was only planned. */
  async ran(): Promise<string> {
    const log = await readFile(this.#upstream.logPath, 'utf8')
    return log.replaceAll(/^.*EXPLAIN (?:\(FORMAT JSON, VERBOSE\)|FORMAT=JSON) .*$/gm, '')
  }

  async pending(): Promise<Approval> {
    for (;;) {
      const listed = await this.#api('GET', 'approvals?state=pending', 'rita')
      const approvals = listed['approvals'] as { id: string }[]
      const [newest] = approvals
      if (newest !== undefined) {
        const { approval } = await this.#api('GET', `approvals/${newest.id}`, 'rita')
        return approval as unknown as Approval
      }
      if (this.child.exitCode !== null) throw new Error(`the proxy died:\n${this.#output}`)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }

  async decide(approval: Approval, decision: 'approve' | 'deny', user = 'rita'): Promise<number> {
    const body = { digest: approval.digest, reason: 'looked at it' }
    const response = await this.#request('POST', `approvals/${approval.id}/${decision}`, user, body)
    return response.status
  }

  async command(
    ...args: string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn('env', [...clean, process.execPath, main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', chunk => {
      stdout += chunk
    })
    child.stderr.on('data', chunk => {
      stderr += chunk
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, stdout, stderr }
  }

  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.#end(signal)
    await this.start()
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
    await this.#upstream.stop()
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }

  async #api(method: string, path: string, user: string): Promise<Record<string, unknown>> {
    return (await this.#request(method, path, user)).json() as Promise<Record<string, unknown>>
  }

  #request(method: string, path: string, user: string, body?: object): Promise<Response> {
    return fetch(`${this.http}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
}
