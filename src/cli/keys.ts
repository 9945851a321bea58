/** `countersign keys`: what the recordings are sealed with; rotating, destroying, holding. */
import { readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { type Keys, KeysAway, KeyUnusable } from '../keys/keys.ts'
import { dropFormerKeys, localKeysPath, rotateLocalKeys } from '../keys/local.ts'
import { storedKeys } from '../keys/open.ts'
import { rewrapSecrets } from '../keys/secret.ts'
import { type AnchorStatus, anchoredPath } from '../recording/anchors/keeper.ts'
import { type HeadSignature, keyFingerprint } from '../recording/journal/chain.ts'
import { RecordKind } from '../recording/journal/record.ts'
import { headsPath, listSegments, readSegment } from '../recording/journal/segment.ts'
import { JournalUnavailable } from '../recording/journal/unavailable.ts'
import { SocketFailed } from '../recording/local-socket.ts'
import { visibleLine } from '../recording/playback/visible.ts'
import { JournalReader, NoSuchSession } from '../recording/reading/reader.ts'
import type { SessionSummary } from '../recording/reading/summaries.ts'
import { type Custody, HoldMistaken, openCustody } from '../recording/session-keys/custody.ts'
import { countKeys } from '../recording/session-keys/erase.ts'
import { holdOn, type LegalHold, readHolds } from '../recording/session-keys/holds.ts'
import { rewrapSessionKeys } from '../recording/session-keys/rewrap.ts'
import { type Io, processIo, safeJson, UsageError } from './io.ts'

interface Place {
  readonly dataDir: string
  readonly json?: true
}

interface Which {
  readonly session?: string
  readonly user?: string
  readonly database?: string
}

interface ShredFlags extends Place, Which {
  readonly before?: string
  readonly reason: string
  readonly yes?: true
}

interface HoldFlags extends Place, Which {
  readonly reason: string
}

const examples = `
Examples:
  countersign keys                                     what there is
  countersign keys rotate                              the proxy is stopped meanwhile
  countersign keys shred --database shop --before 90d --reason "kept 90 days"
  countersign keys shred --session 0193 --reason "request 4711" --yes
  countersign keys hold case-17 --user ada --reason "litigation"
  countersign keys release case-17

Exit codes: 0 done, 1 refused or not all of it done, 2 used wrongly.`

export function keysCommand(io: Io = processIo()): Command {
  const keys = new Command('keys')
    .description('what recordings are sealed with: status, rotate, shred, hold')
    .option('--data-dir <dir>', 'of a proxy on this machine', './countersign-data')
    .option('--json', 'for programs')
    .addHelpText('after', examples)
  const guarded =
    <F extends Place>(work: (flags: F, name: string) => Promise<void>) =>
    async (...given: unknown[]): Promise<void> => {
      const self = given.at(-1) as Command
      try {
        await work(self.optsWithGlobals<F>(), self.args[0] ?? '')
      } catch (error) {
        if (!isKnown(error)) throw error
        io.stderr.write(`countersign: ${visibleLine(error.message)}\n`)
        io.exitCode(error instanceof UsageError || error instanceof HoldMistaken ? 2 : 1)
      }
    }
  keys
    .command('status', { isDefault: true })
    .description('keys, holds, and what is not signed or anchored yet')
    .action(guarded<Place>(flags => status(flags, io)))
  keys
    .command('rotate')
    .description('new keys; the keys of sessions are wrapped anew, and the former ones dropped')
    .action(guarded<Place>(flags => rotate(flags, io)))
  keys
    .command('shred')
    .description('destroys the keys of ended sessions: nobody can read them any more')
    .option('--session <id>', 'of one session; may be shortened')
    .option('--user <name>', 'of one user')
    .option('--database <name>', 'of one database')
    .option('--before <time>', 'that ended before: a date, or how long ago: 12h, 90d')
    .requiredOption('--reason <text>', 'why; it stays where the key was')
    .option('--yes', 'do it; else it is only said what would be destroyed')
    .action(guarded<ShredFlags>(flags => shred(flags, io)))
  keys
    .command('hold <name>')
    .description("a legal hold: keeps keys from being destroyed, and the archive's rows")
    .option('--session <id>', 'of one session, whole')
    .option('--user <name>', 'of one user')
    .option('--database <name>', 'of one database')
    .requiredOption('--reason <text>', 'why')
    .action(guarded<HoldFlags>((flags, name) => hold(name, flags, io)))
  keys
    .command('release <name>')
    .description('ends a legal hold')
    .action(guarded<Place>((flags, name) => release(name, flags, io)))
  return keys
}

function isKnown(error: unknown): error is Error {
  const ours = [UsageError, HoldMistaken, KeyUnusable, KeysAway, NoSuchSession]
  const kinds = [...ours, JournalUnavailable, SocketFailed]
  if (kinds.some(kind => error instanceof kind)) return true
  // What takeLock says when the proxy runs.
  return error instanceof Error && /^expected .* to be free, process/.test(error.message)
}

async function status(flags: Place, io: Io): Promise<void> {
  const keys = await keysOf(flags)
  const journal = join(flags.dataDir, 'journal')
  const holds = await readHolds(flags.dataDir)
  const report = {
    keys: keys.name,
    signs: keyFingerprint(keys.publicKey),
    hasSigned: keys.publicKeys.match(/BEGIN PUBLIC KEY/g)?.length ?? 0,
    sessions: await countKeys(journal),
    holds,
    ...(await tail(flags.dataDir, journal)),
  }
  if (flags.json === true) return print(`${safeJson(report)}\n`, io)
  const { sessions, unsigned, signedAt, anchors } = report
  const lines = [
    `keys       ${report.keys}, signs as ${report.signs}`,
    `sessions   ${sessions.live} with a key, ${sessions.rewrapped} of them wrapped anew, ${sessions.erased} erased`,
    `signed     ${signedAt ?? 'nothing yet'}; ${unsigned} records since`,
    ...(anchors.length === 0
      ? ['anchored   nowhere: whether the newest segments were removed cannot be told']
      : anchors.map(each => `anchored   ${anchorLine(each)}`)),
    ...holds.map(each => `hold       ${visibleLine(holdLine(each))}`),
  ]
  await print(`${lines.join('\n')}\n`, io)
}

/** What no signature covers yet, and how far each place has come. */
async function tail(
  dataDir: string,
  journal: string,
): Promise<{
  readonly unsigned: number
  readonly signedAt: string | undefined
  readonly anchors: readonly AnchorStatus[]
}> {
  const heads = (await textOf(headsPath(journal))).trimEnd().split('\n').at(-1) ?? ''
  const last = heads === '' ? undefined : (JSON.parse(heads) as HeadSignature)
  let unsigned = 0
  for (const segment of await listSegments(journal)) {
    if (last !== undefined && segment < last.segment) continue
    const { records } = await readSegment(journal, segment)
    const head = records.findIndex(
      ({ kind, hash }) =>
        (kind === RecordKind.Head || kind === RecordKind.SegmentEnd) &&
        hash.toString('hex') === last?.hash,
    )
    const behind = records.slice(head + 1)
    // A signature needs none itself.
    unsigned += behind.filter(({ kind }) => kind !== RecordKind.Signature).length
  }
  const anchored = await textOf(anchoredPath(dataDir))
  const anchors = anchored === '' ? [] : (JSON.parse(anchored) as readonly AnchorStatus[])
  return { unsigned, signedAt: last?.at, anchors }
}

function anchorLine({ place, state, at, why }: AnchorStatus): string {
  const kept = at === undefined ? 'nothing yet' : `up to ${at}`
  return visibleLine(`${place}: ${kept}${state === 'away' ? `; it is away: ${why ?? ''}` : ''}`)
}

function holdLine({ name, session, user, database, reason, by, at }: LegalHold): string {
  const of = [session && `session ${session}`, user && `user ${user}`, database]
  return `${name}: ${of.filter(Boolean).join(', ')}; ${reason} (${by}, ${at})`
}

async function rotate(flags: Place, io: Io): Promise<void> {
  const journal = join(flags.dataDir, 'journal')
  const { name } = await keysOf(flags)
  const path = localKeysPath(flags.dataDir)
  const local = name === 'local'
  const { rewrapped, unusable } = await rewrapSessionKeys(
    journal,
    () => (local ? rotateLocalKeys(path) : storedKeys(flags.dataDir)),
    async keys => {
      await rewrapSecrets(keys, dirname(path))
      if (local) await dropFormerKeys(path)
    },
  )
  const keys = await storedKeys(flags.dataDir)
  const signs = keyFingerprint(keys.publicKey)
  if (flags.json === true) await print(`${safeJson({ rewrapped, unusable, signs })}\n`, io)
  else {
    await print(`${rewrapped} keys of sessions wrapped anew; signs as ${signs} from now on.\n`, io)
    for (const id of unusable) await print(`not usable, and left: session ${id}\n`, io)
    await print('Give auditors the public keys again: countersign sessions key.\n', io)
  }
  if (unusable.length > 0) io.exitCode(1)
}

async function shred(flags: ShredFlags, io: Io): Promise<void> {
  const { session, user, database, before, reason } = flags
  if ([session, user, database, before].every(each => each === undefined)) {
    throw new UsageError('expected --session, --user, --database or --before, got none of them')
  }
  const journal = join(flags.dataDir, 'journal')
  const keys = await keysOf(flags)
  const reader = new JournalReader({ dir: journal, keys: undefined })
  const one = session === undefined ? undefined : (await reader.find(session)).id
  const limit = before === undefined ? undefined : timeOf(before)
  const meant = (await reader.sessions()).filter(
    each =>
      (one === undefined || each.id === one) &&
      (user === undefined || each.user === user) &&
      (database === undefined || each.database === database) &&
      (limit === undefined || new Date(each.endedAt ?? each.startedAt) < limit),
  )
  const holds = await readHolds(flags.dataDir)
  const held = meant.filter(each => holdOn(holds, each) !== undefined)
  const open = meant.filter(each => each.state === 'open')
  const kept = new Set([...held, ...open])
  const chosen = meant.filter(each => !kept.has(each))
  const ids = chosen.map(({ id }) => id)
  const erasure = { at: new Date().toISOString(), by: userInfo().username, reason }
  const { erased, busy } =
    flags.yes === true && chosen.length > 0
      ? await inCustody(flags, keys, custody => custody.erase(chosen, erasure))
      : { erased: [], busy: [] }
  const left = held.length + open.length + busy.length
  if (flags.json === true) {
    const would = flags.yes === true ? [] : ids
    const names = (all: readonly SessionSummary[]): readonly string[] => all.map(({ id }) => id)
    await print(`${safeJson({ erased, would, held: names(held), open: names(open), busy })}\n`, io)
  } else {
    if (flags.yes !== true) {
      for (const each of chosen) await print(`${sessionLine(each)}\n`, io)
      await print(`${ids.length} sessions would be erased: --yes does it, and for ever.\n`, io)
    } else await print(`${erased.length} sessions erased.\n`, io)
    for (const each of held) {
      const { name = '' } = holdOn(holds, each) ?? {}
      await print(`held by ${visibleLine(name)}: ${sessionLine(each)}\n`, io)
    }
    for (const each of open) await print(`still open: ${sessionLine(each)}\n`, io)
    if (busy.length > 0) {
      const why = 'their keys are in the segment that is written now, which ends within the hour'
      await print(`${busy.length} not yet: ${why}\n`, io)
    }
  }
  if (left > 0) io.exitCode(1)
}

async function hold(name: string, flags: HoldFlags, io: Io): Promise<void> {
  const { session, user, database, reason } = flags
  if ([session, user, database].every(each => each === undefined)) {
    throw new UsageError('expected --session, --user or --database, got none of them')
  }
  const keys = await keysOf(flags)
  const added: LegalHold = {
    name,
    ...(session !== undefined && { session }),
    ...(user !== undefined && { user }),
    ...(database !== undefined && { database }),
    ...{ reason, by: userInfo().username, at: new Date().toISOString() },
  }
  await inCustody(flags, keys, custody => custody.hold(added))
  await print(flags.json === true ? `${safeJson(added)}\n` : `${holdLine(added)}\n`, io)
}

async function release(name: string, flags: Place, io: Io): Promise<void> {
  const keys = await keysOf(flags)
  const by = userInfo().username
  const found = await inCustody(flags, keys, custody => custody.release(name, by))
  await print(flags.json === true ? `${safeJson(found)}\n` : `released ${holdLine(found)}\n`, io)
}

/** By the proxy that runs, or by this process: the journal gets a note of it either way. */
async function inCustody<T>(
  { dataDir }: Place,
  keys: Keys,
  work: (custody: Custody) => Promise<T>,
): Promise<T> {
  const custody = await openCustody(dataDir, keys)
  try {
    return await work(custody)
  } finally {
    await custody.close()
  }
}

async function keysOf({ dataDir }: Place): ReturnType<typeof storedKeys> {
  try {
    await stat(join(dataDir, 'journal'))
    return await storedKeys(dataDir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(`expected a data directory in ${dataDir}, got none: use --data-dir`)
  }
}

function sessionLine({ id, user, database, startedAt }: SessionSummary): string {
  return visibleLine(`${id}  ${startedAt.slice(0, 19)}  ${user}  ${database}`)
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

function timeOf(text: string): Date {
  const [, digits = '', unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? []
  const ago = Number(digits) * (unitMs[unit] ?? 0)
  const time = digits === '' ? new Date(text) : new Date(Date.now() - ago)
  if (!Number.isNaN(time.getTime())) return time
  throw new UsageError(`expected --before to be a date, or a time such as 90d, got ${text}`)
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** Waits for a slow pipe. */
function print(text: string, io: Io): Promise<void> {
  if (io.stdout.write(text)) return Promise.resolve()
  return new Promise(resolve => io.stdout.once('drain', resolve))
}
