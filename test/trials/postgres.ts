/** Trials on Postgres 18: the databases, the program before them, and pairs of sessions. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { Catalog } from '../../protocols/postgres/catalog.ts'
import { Analyzer } from '../../protocols/postgres/sql/analyzer.ts'
import { type Names, noObjects } from '../../protocols/postgres/sql/names.ts'
import { connectUpstream } from '../../protocols/postgres/upstream.ts'
import type { EmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import { columnInShort } from '../support/lineage-notation.ts'
import { startPostgres } from '../support/postgres.ts'
import { password, RunningProgram } from '../support/running-program.ts'
import { secretColumns, secretData, secretSchema } from '../support/statement-generator.ts'
import {
  bind,
  describe,
  execute,
  type Frame,
  fieldsOf,
  parse,
  query,
  sync,
  values,
  WireClient,
} from '../support/wire-client.ts'
import { postgresScript } from './postgres-scripts.ts'
import { type Answer, type Arena, inWorlds, type Lane, type Pair, type Script } from './trial.ts'

/** Where scripts write, tables grow by what was rolled back, and plans change with that. */
const worlds = ['one', 'other', 'one_written', 'other_written'] as const
type World = (typeof worlds)[number]
/** As a client asks: in one message, or in several with results in text or binary. */
export type Mode = 'simple' | 'text' | 'binary'

const modes: readonly Mode[] = ['simple', 'text', 'binary']
const secrets: ReadonlySet<string> = new Set(secretColumns)

export interface PostgresArenaOptions {
  /** Everything may be asked that is not equality, or nothing; then no answer at all may differ. */
  readonly predicates: 'flag' | 'equality'
  readonly version?: 15 | 18
  /** Of every lane; absent: they differ. */
  readonly mode?: Mode | undefined
}

export async function startPostgresArena(options: PostgresArenaOptions): Promise<Arena> {
  await Analyzer.load()
  const { version = 18, predicates } = options
  // A statement that takes long in one of the databases only would be told from the other.
  const settings = {
    ...{ autovacuum: 'off', statement_timeout: '20s', jit: 'off' },
    // Which plan is cheaper depends on how large tables are. What is sorted comes in order.
    ...{ enable_hashagg: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' },
    // Which of several workers is first is nobody's to say.
    max_parallel_workers_per_gather: '0',
    // Statements that fail are long, and nobody reads of them there.
    ...{ log_min_messages: 'fatal', track_activities: 'off', track_counts: 'off' },
  }
  const upstream = await startPostgres({ version, settings })
  const { host, port, user, password: secret } = upstream
  for (const world of worlds) await fill(upstream, world)
  const dir = await mkdtemp(join(tmpdir(), 'countersign-trials-'))
  await writeFile(join(dir, 'countersign.yaml'), await configText(upstream, predicates))
  const program = new RunningProgram(dir, 'postgres', upstream, [])
  await program.start()
  const tls = { mode: 'disable' } as const
  const upstreamOf = { host, port, user, password: secret, database: 'one', tls }
  const catalog = await Catalog.open(upstreamOf)
  const { snapshot } = catalog
  await catalog.close()
  const names: Names = {
    ...{ catalog: snapshot, searchPath: ['public'], user, session: noObjects, version: 1 },
  }
  const analyzer = new Analyzer()
  const asks = (text: string): boolean =>
    (analyzer.analyze(text, names).predicates ?? []).some(({ column: { schema, table, column } }) =>
      secrets.has(columnInShort({ schema, table, column })),
    )
  return {
    script: seed => postgresScript(seed, predicates === 'equality'),
    lane: async number => {
      const mode = options.mode ?? modes[number % modes.length] ?? 'simple'
      const sessions = await Promise.all(worlds.map(world => connect(program.port, world)))
      return new PostgresLane(sessions, mode)
    },
    // Of a function's body it was asked when it was made.
    asks: script =>
      predicates === 'flag' && script.some(text => asks(text) || text.includes('CREATE FUNCTION')),
    stop: () => program.stop(),
  }
}

async function fill(upstream: EmbeddedPostgres, world: World): Promise<void> {
  const { host, port, user, password } = upstream
  const admin = new pg.Client(upstream.url)
  await admin.connect()
  if (world === 'one') {
    await admin.query('CREATE DATABASE plain TEMPLATE template0')
    const plain = new pg.Client({ host, port, user, password, database: 'plain' })
    await plain.connect()
    await plain.query(secretSchema)
    await plain.end()
  }
  // Objects have the same ids in both.
  await admin.query(`CREATE DATABASE ${world} TEMPLATE plain`)
  await admin.end()
  const client = new pg.Client({ host, port, user, password, database: world })
  await client.connect()
  await client.query(secretData(world.startsWith('one') ? 'ab' : 'bcde'))
  await client.end()
}

async function connect(port: number, database: World): Promise<WireClient> {
  const { socket, leftover } = await connectUpstream(
    {
      ...{ host: '127.0.0.1', port, user: 'analyst', password, database },
      tls: { mode: 'disable' },
    },
    {
      ...{ parameters: new Map(), protocolMinor: 0 },
      ...{ signal: AbortSignal.timeout(20_000), timeoutMs: 20_000 },
    },
  )
  return new WireClient(socket, leftover)
}

async function configText(upstream: EmbeddedPostgres, predicates: string): Promise<string> {
  const verifier = JSON.stringify(await scramVerifier(password))
  const { host, port, user, password: secret } = upstream
  const database = (world: World): string =>
    `${world}: { upstream: "postgres://${user}:${secret}@${host}:${port}/${world}?sslmode=disable" }`
  const columns = secretColumns.map(column => `public.${column}`).join(', ')
  return `
listen: { postgres: 127.0.0.1:0, http: 127.0.0.1:0 }
data_dir: ./data
databases:
  ${worlds.map(database).join('\n  ')}
users:
  analyst: { password_verifier: ${verifier}, groups: [analysts], on_hold: return }
policy: { preset: none }
masking:
  equality_limit: { count: 100000, window: 1s }
  rules:
    - { name: hidden, columns: [${columns}], mask: redact, predicates: ${predicates} }
recording: { rows: false, archive: none }
`
}

/** One at a time in each database: deadlocks and waits would be told apart. */
const lock = 'SELECT pg_advisory_xact_lock(1)'

function writes(script: Script): boolean {
  return script.some(text => /\b(?:INSERT|UPDATE|DELETE|MERGE)\b/.test(text))
}

/** From the same state, and back to it. */
function stepsOf(script: Script): readonly string[] {
  const written = writes(script)
  if (script.length === 1 && !written) return script
  return ['BEGIN', ...(written ? [lock] : []), ...script, 'ROLLBACK', 'DISCARD ALL']
}

class PostgresLane implements Lane {
  readonly mode: Mode
  readonly #sessions: readonly WireClient[]

  constructor(sessions: readonly WireClient[], mode: Mode) {
    this.#sessions = sessions
    this.mode = mode
  }

  run(scripts: readonly Script[]): Promise<readonly Pair[]> {
    return inWorlds(scripts, writes, (world, own) => this.#answers(world, own))
  }

  close(): void {
    for (const session of this.#sessions) session.close()
  }

  async #answers(world: number, scripts: readonly Script[]): Promise<readonly Answer[]> {
    const session = this.#sessions[world]
    if (session === undefined || scripts.length === 0) return []
    const steps = scripts.map(stepsOf)
    session.received = Buffer.alloc(0)
    session.send(...steps.flat().flatMap(text => this.#messages(text)))
    const answers: Answer[] = []
    for (const [i, script] of scripts.entries())
      answers.push(await answerOf(session, steps[i]?.length ?? 0, writes(script)))
    return answers
  }

  #messages(text: string): Buffer[] {
    if (this.mode === 'simple') return [query(text)]
    const format = this.mode === 'binary' ? 1 : 0
    return [parse(text), describe('S'), bind({ format }), describe('P'), execute(), sync]
  }
}

/** `unordered`: where new rows come to lie depends on what was rolled back before. */
async function answerOf(session: WireClient, steps: number, unordered: boolean): Promise<Answer> {
  const answers: (readonly Frame[])[] = []
  for (let step = 0; step < steps; step++) answers.push(await session.untilReady())
  const frames = answers.flat()
  if (session.closed) throw new Error('the program closed the session')
  const errors = frames
    .filter(({ type }) => type === 'E')
    .map(({ body }) => fieldsOf(body).get('C') ?? '')
  const lines = frames.map(lineOf)
  return {
    lines: unordered ? lines.sort() : lines,
    shown: () => shownBy(frames),
    refused: frames.some(({ type, body }) => type === 'E' && refusedBy(body)),
    failed: errors.length > 0,
  }
}

function refusedBy(body: Buffer): boolean {
  return /masked-predicate|held for approval/.test(body.toString('latin1'))
}

function lineOf({ type, body }: Frame): string {
  if (type === 'E' && refusedBy(body)) return 'refused'
  const text = body.toString('latin1')
  // Ids of what was made just now are of the moment.
  return type === 'T' ? `T ${body.readUInt16BE(0)}` : `${type} ${text.replace(/pg_temp_\d+/g, '')}`
}

/** Column by column of every result. */
function shownBy(frames: readonly Frame[]): string {
  const results: Set<string>[][] = []
  for (const frame of frames) {
    if (frame.type === 'T') results.push([])
    if (frame.type !== 'D') continue
    for (const [i, value] of values(frame).entries()) {
      const columns = results.at(-1) ?? []
      const column = columns[i] ?? new Set()
      columns[i] = column
      column.add(String(value))
    }
  }
  return JSON.stringify(results.map(columns => columns.map(column => [...column].sort())))
}
