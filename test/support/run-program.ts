/** Other people's programs as processes of ours: what they said, and how they ended. */
import { type ChildProcess, spawn } from 'node:child_process'

export interface ProgramOptions {
  /** Added to a small environment of its own, which has nothing of ours but PATH. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
  readonly cwd?: string
  /** Called as soon as it runs. */
  readonly started?: (child: ChildProcess) => void
  /** Called with everything it has said on standard output so far. */
  readonly said?: (stdout: string, child: ChildProcess) => void
}

export interface Ran {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** Resolves when it has ended, in whatever way. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ran> {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', ...options.env }
  const child = spawn(command, args, { env, ...(options.cwd ? { cwd: options.cwd } : {}) })
  const stdout: Buffer[] = []
  let stderr = ''
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.stdout.on('data', (chunk: Buffer) => {
      stdout.push(chunk)
      options.said?.(Buffer.concat(stdout).toString(), child)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    // A program that ends early closes its input before we have written all of it.
    child.stdin.on('error', () => undefined)
    child.on('close', code => resolve({ code, stdout: Buffer.concat(stdout), stderr }))
    if (options.started !== undefined) options.started(child)
    child.stdin.end(options.input)
  })
}
