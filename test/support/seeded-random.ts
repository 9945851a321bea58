/** Numbers that are the same for the same seed: mulberry32. */
export interface SeededRandom {
  /** From 0 to `below` - 1. */
  below(below: number): number
  bytes(length: number): Buffer
  pick<T>(of: readonly [T, ...T[]]): T
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  return {
    below,
    bytes: length => Buffer.from(Array.from({ length }, () => below(256))),
    pick: of => of[below(of.length)] ?? of[0],
  }
}
