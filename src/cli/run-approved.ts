/** A command as it was when it was asked for, and its run. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { RunResult } from '../approvals/approval.ts'

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What people see, and what their decision is bound to. */
  readonly shown: { readonly what: string; readonly context: Readonly<Record<string, string>> }
}

export interface Ended {
  readonly code: number
  readonly result: RunResult
  /** Why it could not be run. */
  readonly problem?: string
}

/** Taken down once; nothing of it is looked at again later. Our own variables are not handed on. */
export function programOf(words: readonly string[]): Program {
  const [command = '', ...args] = words
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('COUNTERSIGN_')),
  )
  const directory = process.cwd()
  const names = Object.keys(environment).sort()
  return {
    ...{ command, args, directory, environment },
    shown: {
      what: [command, ...args].map(quoted).join(' '),
      context: { directory, 'environment variables': names.join(' ') },
    },
  }
}

/** As a shell would have to be told, so that two different lists of arguments never look the same. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_/.,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

const forwarded = ['SIGTERM', 'SIGHUP'] as const

/** Its input and output are ours. Never rejects. */
export function run(program: Program): Promise<Ended> {
  const { command, args, directory: cwd, environment: env } = program
  const started = performance.now()
  const child = spawn(command, [...args], { cwd, env, stdio: 'inherit' })
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal)
  }
  // A terminal sends SIGINT to the command as well.
  const ignore = (): void => undefined
  for (const signal of forwarded) process.on(signal, forward)
  process.on('SIGINT', ignore)
  return new Promise<Ended>(resolve => {
    const end = (code: number, tag: string, problem?: string): void => {
      for (const signal of forwarded) process.off(signal, forward)
      process.off('SIGINT', ignore)
      const durationMs = Math.round(performance.now() - started)
      const result = { ok: code === 0, tag, durationMs }
      resolve({ code, result, ...(problem !== undefined && { problem }) })
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code ?? 'unknown'
      end(why === 'ENOENT' ? 127 : 126, `not run: ${why}`, `${command} could not be run: ${why}`)
    })
    child.once('close', (code, signal) => {
      if (signal === null) end(code ?? 1, `exit ${code ?? 1}`)
      else end(128 + constants.signals[signal], signal)
    })
  })
}
