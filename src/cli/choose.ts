/** One of several that the configuration names, by an option or because it is the only one. */
import type { Command } from 'commander'

/** Ends the command as used wrongly when it is not clear which. */
export function choose<T>(
  what: string,
  name: string | undefined,
  among: ReadonlyMap<string, T>,
  command: Command,
): T {
  const names = [...among.keys()]
  const wanted = name ?? (names.length === 1 ? names[0] : undefined)
  const chosen = wanted === undefined ? undefined : among.get(wanted)
  if (chosen !== undefined) return chosen
  const came = wanted === undefined ? 'nothing' : `"${wanted}"`
  return command.error(`error: expected --${what} to be one of ${names.join(', ')}, got ${came}`, {
    exitCode: 2,
  })
}
