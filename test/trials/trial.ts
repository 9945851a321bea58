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

export interface Lane {
  /** In both databases, from the same state. */
  run(script: Script): Promise<readonly [Answer, Answer]>
  close(): void
}

export interface Arena {
  script(seed: number): Script
  lane(seed: number): Promise<Lane>
  /** Whether which rows there are, or their order, may depend on what is masked. */
  asks(script: Script): boolean
  stop(): Promise<void>
}

export interface Difference {
  readonly seed: number
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
  readonly onDifference?: (difference: Difference) => void
  readonly onProgress?: (tally: Tally) => void
}

export async function runTrials(arena: Arena, options: TrialOptions): Promise<Tally> {
  const tally: Tally = { trials: 0, answered: 0, refused: 0, failed: 0, asked: 0, differences: [] }
  let next = options.seed
  const end = options.seed + options.count
  const work = async (): Promise<void> => {
    let lane = await open(arena, next)
    while (next < end) {
      const seed = next++
      const script = arena.script(seed)
      const answers = await lane.run(script)
      if (judge(arena, seed, script, answers, tally)) options.onDifference?.(last(tally))
      if (tally.trials % 500 === 0) options.onProgress?.(tally)
      // What a session keeps is the same for a while, not for all trials.
      if (tally.trials % 997 === 0) {
        lane.close()
        lane = await open(arena, seed)
      }
    }
    lane.close()
  }
  await Promise.all(Array.from({ length: options.lanes }, work))
  return tally
}

/** On a machine that does much else a login may take too long. */
async function open(arena: Arena, seed: number): Promise<Lane> {
  for (let left = 4; left > 0; left--) {
    try {
      return await arena.lane(seed)
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
  }
  return arena.lane(seed)
}

function judge(
  arena: Arena,
  seed: number,
  script: Script,
  [one, other]: readonly [Answer, Answer],
  tally: Tally,
): boolean {
  tally.trials++
  if (one.refused || other.refused) tally.refused++
  else if (one.failed || other.failed) tally.failed++
  else tally.answered++
  if (one.lines.join('\n') === other.lines.join('\n')) return false
  if (arena.asks(script) && (one.failed || other.failed || one.shown() === other.shown())) {
    tally.asked++
    return false
  }
  tally.differences.push({ seed, script, one: one.lines, other: other.lines })
  return true
}

function last({ differences }: Tally): Difference {
  const difference = differences.at(-1)
  if (difference === undefined) throw new RangeError('expected a difference')
  return difference
}
