/** What a command reads and writes, so that tests can stand in for a terminal. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { textParts } from '../approvals/visible-text.ts'

export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream & { readonly columns?: number }
  readonly stderr: NodeJS.WritableStream
  readonly env: Environment
  /** 0 done, 1 refused or found wrong, 2 used wrongly. */
  exitCode(code: 0 | 1 | 2): void
  /** Ends what would go on for ever. */
  readonly signal: AbortSignal
}

export interface Environment {
  readonly COUNTERSIGN_URL?: string | undefined
  readonly COUNTERSIGN_USER?: string | undefined
  readonly COUNTERSIGN_PASSWORD?: string | undefined
  readonly COUNTERSIGN_TOKEN?: string | undefined
}

export function processIo(): Io {
  const { COUNTERSIGN_URL, COUNTERSIGN_USER, COUNTERSIGN_PASSWORD, COUNTERSIGN_TOKEN } = process.env
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: { COUNTERSIGN_URL, COUNTERSIGN_USER, COUNTERSIGN_PASSWORD, COUNTERSIGN_TOKEN },
    exitCode: code => {
      process.exitCode = code
    },
    signal: new AbortController().signal,
  }
}

/** Used wrongly: the message says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Asks on stderr, so that stdout stays what was asked for. Empty when the input ends. */
export function ask(io: Io, question: string): Promise<string> {
  return readLine(io, question, io.stderr)
}

/** The answer is not echoed. */
export async function askHidden(io: Io, question: string): Promise<string> {
  io.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const answer = await readLine(io, '', nowhere)
  io.stderr.write('\n')
  return answer
}

function readLine(io: Io, question: string, output: NodeJS.WritableStream): Promise<string> {
  return new Promise(resolve => {
    const lines = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY === true })
    lines.once('close', () => resolve(''))
    lines.once('SIGINT', () => lines.close())
    lines.question(question, answer => {
      resolve(answer)
      lines.close()
    })
  })
}

/** JSON that a terminal shows and does not obey; the same value for whoever parses it. */
export function safeJson(value: unknown, indent?: number): string {
  return textParts(JSON.stringify(value, undefined, indent))
    .map(part => ('text' in part ? part.text : escapeUnits(String.fromCodePoint(part.codePoint))))
    .join('')
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
