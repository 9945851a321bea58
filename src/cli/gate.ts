/**
 * `countersign gate --title … -- COMMAND ARGS`: asks, waits, and runs the command when somebody has
 * approved exactly it. What is run is what was taken down before anybody was asked.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { type Action, actionDigest } from '../approvals/action.ts'
import { type ApprovalFacts, isApproved } from '../approvals/approval.ts'
import { progressText, spanText, stateText } from '../approvals/describe.ts'
import { visibleLine } from '../approvals/visible-text.ts'
import { ConsoleClient, type ConsoleFlags, Refused } from './console-client.ts'
import { type Io, processIo, UsageError } from './io.ts'
import { type Ended, type Program, programOf, run } from './run-approved.ts'

const retryMs = 2000
const reportTries = 5
const renewalsPerLease = 3

interface Flags extends ConsoleFlags {
  readonly title: string
  readonly kind: string
  readonly environment: string
  readonly reason?: string
  readonly server?: string
  readonly lease: number
}

const examples = `
Examples:
  countersign gate --title 'Terraform apply, network' -- terraform apply plan.out
  COUNTERSIGN_TOKEN=cst_… countersign gate --server https://db.example.com \\
    --title 'Release 4.2' --environment production --reason "$CI_JOB_URL" -- ./deploy.sh 4.2

The token needs the scopes request and read. Reviewers see the arguments, the folder and the names of
the environment variables: no secrets in arguments. The command gets no variable COUNTERSIGN_….
Exit codes: the command's own, 128 and the number for a signal, 126 or 127 when it cannot be run;
1 not approved, 2 used wrongly, 130 interrupted.`

export function gateCommand(io: Io = processIo()): Command {
  return new Command('gate')
    .description('run a command once somebody else has approved it')
    .requiredOption('--title <text>', 'what it is, for reviewers')
    .option('--kind <kind>', 'what kind of thing it is', 'command')
    .option('--environment <name>', 'where it is done', 'production')
    .option('--reason <text>', 'why it is asked for')
    .option(
      '--lease <seconds>',
      'how long it may be silent while the command runs, before it counts as lost',
      leaseSeconds,
      30,
    )
    .option('--server <url>', 'the console; else COUNTERSIGN_URL, else the proxy of --data-dir')
    .option('--user <name>', 'who you are, with a password instead of COUNTERSIGN_TOKEN')
    .option('--data-dir <dir>', 'of a proxy on this machine', './countersign-data')
    .argument('<command...>', 'after --: the command and its arguments')
    .addHelpText('after', examples)
    .action(async (command: string[], flags: Flags) => {
      const program = programOf(command)
      const interrupts = new Interrupts()
      try {
        const code = await gate(program, flags, io, interrupts)
        if (code !== undefined) process.exitCode = code
      } catch (error) {
        if (!(error instanceof Refused || error instanceof UsageError)) throw error
        io.stderr.write(`countersign: ${visibleLine(error.message)}\n`)
        io.exitCode(error instanceof UsageError ? 2 : 1)
      } finally {
        interrupts.release()
      }
    })
}

/** The exit code; undefined when it was told already. */
async function gate(
  program: Program,
  flags: Flags,
  io: Io,
  interrupts: Interrupts,
): Promise<number | undefined> {
  const say = (text: string): void => {
    io.stderr.write(`countersign: ${visibleLine(text)}\n`)
  }
  const { server, ...others } = flags
  const found = { ...others, ...(server !== undefined && { url: server }) }
  const signal = AbortSignal.any([io.signal, interrupts.signal])
  // Taking it back has to go through when nothing else may any more.
  const client = await ConsoleClient.open(found, io)
  const { kind, title, environment } = flags
  const action: Action = { ...{ kind, title, environment }, ...program.shown }
  const asked = await client.request(action, flags.reason)
  try {
    const digest = actionDigest(action, asked.requester.name)
    if (digest !== asked.digest) throw new Refused('other', 'the server took down something else')
    say(`${asked.shortId} waits for approval (${progressText(asked)}): ${asked.url}`)
    const settled = await settledOf(client, asked, say, signal)
    if (!signal.aborted && settled.state === 'approved' && isApproved(settled)) {
      await client.claim(asked.id, digest, flags.lease).catch(async (error: unknown) => {
        // It may have counted; nothing was run, and nobody is to believe that it runs.
        const result = { ok: false, tag: 'not run', durationMs: 0 }
        if (error instanceof Refused && retried.has(error.code))
          await client.finished(asked.id, result).catch(() => undefined)
        throw error
      })
      interrupts.forget()
      say(`${asked.shortId} ${stateText(settled).replace(/, not begun yet$/, '')}`)
      return await runAndReport(program, asked.id, { client, say, leaseSeconds: flags.lease })
    }
    if (!signal.aborted) throw new Refused(settled.state, `${asked.shortId} ${stateText(settled)}`)
  } catch (error) {
    if (!signal.aborted) await client.withdraw(asked.id, 'the gate gave up').catch(() => undefined)
    throw error
  }
  await client.withdraw(asked.id, 'the requester interrupted it').catch((error: unknown) => {
    say(`it could not be taken back: ${error instanceof Error ? error.message : String(error)}`)
  })
  say(`${asked.shortId} was taken back; nothing was run`)
  return 130
}

function leaseSeconds(text: string): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= 2 && seconds <= 3600) return seconds
  throw new InvalidArgumentError('Expected whole seconds, from 2 to 3600.')
}

/** Asks again while it is pending, also when the server is away for a moment. */
async function settledOf<Asked extends ApprovalFacts>(
  client: { wait(id: string, signal: AbortSignal): Promise<Asked> },
  asked: Asked,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Asked> {
  const interrupted = new Promise<Asked>(resolve => {
    if (signal.aborted) resolve(asked)
    signal.addEventListener('abort', () => resolve(asked), { once: true })
  })
  let told = ''
  for (;;) {
    const left = `${asked.shortId} waits: ${spanText(asked.expiresAt.getTime() - Date.now())} left`
    if (left !== told) say(left)
    told = left
    try {
      const now = await Promise.race([client.wait(asked.id, signal), interrupted])
      if (signal.aborted || now.state !== 'pending') return now
    } catch (error) {
      if (signal.aborted) return asked
      const again = error instanceof Refused && retried.has(error.code)
      // Its time is over for the server as well, which would only have to say so.
      if (!again || Date.now() > asked.expiresAt.getTime() + 60_000) throw error
      say(error.message)
      await Promise.race([pause(retryMs, undefined, { ref: true }), interrupted])
      if (signal.aborted) return asked
    }
  }
}

const retried: ReadonlySet<string> = new Set(['unreachable', 'busy', 'internal', 'unreadable'])

interface Running {
  readonly client: ConsoleClient
  readonly say: (text: string) => void
  readonly leaseSeconds: number
}

/** Until the command has ended; a gate that is killed says nothing more, which is how it is missed. */
async function heartbeat(
  id: string,
  { client, say, leaseSeconds }: Running,
  stop: AbortSignal,
): Promise<void> {
  const everyMs = (leaseSeconds * 1000) / renewalsPerLease
  while (await pause(everyMs, true, { signal: stop }).catch(() => false)) {
    try {
      await client.renew(id)
    } catch (error) {
      if (error instanceof Refused && retried.has(error.code)) continue
      say(`it no longer counts as running: ${error instanceof Error ? error.message : error}`)
      return
    }
  }
}

async function runAndReport(
  program: Program,
  id: string,
  { client, say, leaseSeconds }: Running,
): Promise<number> {
  const stop = new AbortController()
  const beating = heartbeat(id, { client, say, leaseSeconds }, stop.signal)
  const ended: Ended = await run(program)
  stop.abort()
  await beating
  for (let tries = 1; ; tries++) {
    try {
      await client.finished(id, ended.result)
      break
    } catch (error) {
      // It has run: what it says of itself counts more than our report of it.
      const why = error instanceof Error ? error.message : String(error)
      say(`its end could not be reported: ${why}`)
      if (tries >= reportTries || !(error instanceof Refused && retried.has(error.code))) break
      await pause(retryMs)
    }
  }
  if (ended.problem !== undefined) say(ended.problem)
  return ended.code
}

/** Ctrl-C takes the request back; once the command runs, it is the command's. */
class Interrupts {
  readonly #abort = new AbortController()
  #running = false
  readonly #heard = (): void => {
    if (!this.#running) this.#abort.abort()
  }

  constructor() {
    process.on('SIGINT', this.#heard)
    process.on('SIGTERM', this.#heard)
    process.on('SIGHUP', this.#heard)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  forget(): void {
    this.#running = true
  }

  release(): void {
    process.off('SIGINT', this.#heard)
    process.off('SIGTERM', this.#heard)
    process.off('SIGHUP', this.#heard)
  }
}
