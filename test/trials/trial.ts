/**
 * Noninterference: two databases that differ only in what is masked, the real program before them,
 * and random scripts that are run in both. Whatever differs was told of a masked value, unless the
 * script asked about one and the rules let it.
 */

/** Statements that follow one another in one session. */
export type Script = readonly string[]

export interface Answer {
  /** What came, a frame or a result a line. */
  readonly lines: readonly string[]
  /** Which values each column of each step shows, however often and in whatever order. */
  shown(): string
  /** Held or denied by the program. */
  readonly refused: boolean
  /** By the server. */
  readonly failed: boolean
}

/** In one and in the other database. */
export type Pair = readonly [Answer, Answer]

export interface Lane {
  /** How it asks: in which messages, and for which format of results. */
  readonly mode: string
  /** Each in both databases, from the same state; a pair of answers for each. */
  run(scripts: readonly Script[]): Promise<readonly Pair[]>
  close(): void
}

export interface Arena {
  script(seed: number): Script
  /** They take turns in how they ask. */
  lane(number: number): Promise<Lane>
  /** Whether which rows there are, or their order, may depend on what is masked. */
  asks(script: Script): boolean
  /** Whether what is masked is written elsewhere, where it may be too long, or there already. */
  moves?(script: Script): boolean
  stop(): Promise<void>
}

export interface Difference {
  readonly seed: number
  readonly mode: string
  readonly script: Script
  readonly one: readonly string[]
  readonly other: readonly string[]
}

export interface Tally {
  trials: number
  /** Neither refused by the program nor failed in the server. */
  answered: number
  refused: number
  failed: number
  /** They differ in which rows came, about which the script asked. */
  asked: number
  readonly differences: Difference[]
}

export interface TrialOptions {
  readonly count: number
  /** Of the first trial; the next has the next one. */
  readonly seed: number
  /** Pairs of connections. */
  readonly lanes: number
  /** How many trials each of them is given at a time, for it to send without waiting for answers. */
  readonly batch?: number
  readonly onDifference?: (difference: Difference) => void
  readonly onProgress?: (tally: Tally) => void
}

export async function runTrials(arena: Arena, options: TrialOptions): Promise<Tally> {
  const tally: Tally = { trials: 0, answered: 0, refused: 0, failed: 0, asked: 0, differences: [] }
  const { lanes, batch = 1, onDifference, onProgress } = options
  let next = options.seed
  let opened = 0
  const end = options.seed + options.count
  const work = async (): Promise<void> => {
    let lane = await open(arena, opened++)
    let ran = 0
    while (next < end) {
      const first = next
      next = Math.min(first + batch, end)
      const seeds = Array.from({ length: next - first }, (_, i) => first + i)
      const scripts = seeds.map(seed => arena.script(seed))
      for (const [i, pair] of (await lane.run(scripts)).entries()) {
        const trial = { seed: seeds[i] ?? 0, mode: lane.mode, script: scripts[i] ?? [] }
        if (judge(arena, trial, pair, tally)) onDifference?.(last(tally))
        if (tally.trials % 500 === 0) onProgress?.(tally)
      }
      ran += scripts.length
      // What a session keeps is the same for a while, not for all trials.
      if (ran < trialsMax) continue
      lane.close()
      lane = await open(arena, opened++)
      ran = 0
    }
    lane.close()
  }
  await Promise.all(Array.from({ length: lanes }, work))
  return tally
}

const trialsMax = 500

/** Where scripts write, tables grow by what was rolled back, and plans change with that: apart. */
export async function inWorlds(
  scripts: readonly Script[],
  writes: (script: Script) => boolean,
  run: (world: number, scripts: readonly Script[]) => Promise<readonly Answer[]>,
): Promise<readonly Pair[]> {
  const written = scripts.map(writes)
  const [read, write] = [false, true].map(each => scripts.filter((_, i) => written[i] === each))
  const answers = await Promise.all([read, read, write, write].map((each = [], i) => run(i, each)))
  const left = answers.map(each => each.values())
  return written.map(each => {
    const [one, other] = left.slice(each ? 2 : 0, each ? 4 : 2).map(world => world.next().value)
    if (one === undefined || other === undefined) throw new RangeError('expected two answers')
    return [one, other]
  })
}

/** On a machine that does much else a login may take too long. */
async function open(arena: Arena, number: number): Promise<Lane> {
  for (let left = 4; left > 0; left--) {
    try {
      return await arena.lane(number)
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
  }
  return arena.lane(number)
}

function judge(
  arena: Arena,
  trial: Pick<Difference, 'seed' | 'mode' | 'script'>,
  [one, other]: Pair,
  tally: Tally,
): boolean {
  tally.trials++
  if (one.refused || other.refused) tally.refused++
  else if (one.failed || other.failed) tally.failed++
  else tally.answered++
  if (one.lines.join('\n') === other.lines.join('\n')) return false
  const failed = one.failed || other.failed
  const asked = arena.asks(trial.script) && (failed || one.shown() === other.shown())
  if (asked || (failed && arena.moves?.(trial.script) === true)) {
    tally.asked++
    return false
  }
  tally.differences.push({ ...trial, one: one.lines, other: other.lines })
  return true
}

function last({ differences }: Tally): Difference {
  const difference = differences.at(-1)
  if (difference === undefined) throw new RangeError('expected a difference')
  return difference
}
