/**
 * A database server that runs as long as this process does and not longer: kept by a shell that
 * watches our end of a pipe, which closes when we end in whatever way, kill -9 included.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, open, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'

/** An unprivileged user; absent: as whoever we are. */
export type RunAs = { readonly uid: number; readonly gid: number } | undefined

export interface KeptServerOptions {
  readonly command: readonly string[]
  /** What asks the server to stop at once and in order. */
  readonly signal: 'INT' | 'TERM'
  readonly runAs: RunAs
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly logPath: string
  /** A folder that goes away with the server, once that ended well. */
  readonly remove: string | undefined
}

const stopMsMax = 20_000

const keeper = `
  exec 3<&0
  "$@" & server=$!
  (cat <&3 >/dev/null; kill -$COUNTERSIGN_SIGNAL $server 2>/dev/null) &
  wait $server; status=$?
  [ $status -ne 0 ] || [ -z "$COUNTERSIGN_REMOVE" ] || rm -rf "$COUNTERSIGN_REMOVE"
  exit $status
`

export async function launchKept(options: KeptServerOptions): Promise<ChildProcess> {
  const log = await open(options.logPath, 'a')
  try {
    const server = spawn('/bin/sh', ['-c', keeper, 'sh', ...options.command], {
      ...options.runAs,
      cwd: options.cwd,
      env: {
        ...options.env,
        COUNTERSIGN_SIGNAL: options.signal,
        COUNTERSIGN_REMOVE: options.remove ?? '',
      },
      stdio: ['pipe', log.fd, log.fd],
      // Ctrl-C in the terminal is for us: we stop the server last, in order.
      detached: true,
    })
    // A write to a server that is gone is of no interest: we only ever close this pipe.
    server.stdin?.on('error', () => undefined)
    return server
  } finally {
    await log.close()
  }
}

/** The server and its pipe must not keep a finished program alive. */
export function letGo(server: ChildProcess): void {
  server.unref()
  const pipe = server.stdin
  if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
}

/** Returns when the last process of it is gone. */
export async function stopKept(server: ChildProcess): Promise<void> {
  if (hasEnded(server)) return
  server.ref()
  const gone = once(server, 'exit')
  server.stdin?.end()
  const late = AbortSignal.timeout(stopMsMax)
  late.addEventListener('abort', () => killGroup(server))
  await gone
}

export function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null
}

function killGroup(server: ChildProcess): void {
  if (server.pid === undefined || server.exitCode !== null) return
  process.kill(-server.pid, 'SIGKILL')
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no TCP port to be had')
  return address.port
}

export async function own(path: string, runAs: RunAs): Promise<void> {
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid)
}

/** Throws when the user that `server` runs as cannot write to the folder. */
export async function expectReachable(dir: string, runAs: RunAs, server: string): Promise<void> {
  const test = spawn('test', ['-w', dir], { ...runAs, cwd: '/', stdio: 'ignore' })
  const [code] = await once(test, 'close')
  if (code === 0) return
  const who = `${server} does not run as root, so it runs as nobody, who cannot get into ${dir}`
  throw new Error(`${who}: choose a folder below ${tmpdir()}`)
}

/** Empty when there is no such file. */
export async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

export async function logTail(path: string): Promise<string> {
  return (await readIfThere(path)).trim().split('\n').slice(-4).join('\n')
}
