/** Compares long texts, and shows no more of them than where they part. */
import type { Test } from 'tap'

export function sameLines(
  t: Test,
  found: readonly string[],
  wanted: readonly string[],
  name: string,
): void {
  const longer = found.length > wanted.length ? found : wanted
  const at = longer.findIndex((_, index) => found[index] !== wanted[index])
  if (at < 0) {
    t.pass(name)
    return
  }
  const around = (lines: readonly string[]): string[] =>
    lines.slice(Math.max(0, at - 4), at + 3).map(line => line.slice(0, 200))
  t.strictSame(around(found), around(wanted), `${name}, line ${at + 1}`)
}
