/**
 * The catalogue of ways to get at masked values through MySQL and MariaDB, a file for each family of
 * them. Each shows a value, or tells of one, when nothing stands between client and server.
 */

/** One statement, or several that follow one another in one session. */
export type Attack = string | readonly string[]

export type Flavour = 'mariadb' | 'mysql'

export interface Family {
  readonly name: string
  readonly attacks: readonly Attack[]
  /**
   * Which rows come back, how many, or whether it fails answers one question about a value. Masks
   * cannot stop that, so such a family is only searched for values.
   */
  readonly guesses?: true
}

/** The masked columns of `customers`, each of another type. */
export const masked = ['email', 'phone', 'ssn', 'born', 'balance', 'score', 'prefs'] as const

/** The same for every masked column: `(c) => …`. */
export function each<T extends Attack>(make: (column: string) => T): T[] {
  return masked.map(make)
}

/** One statement a line; lines that are indented go on with the one before. */
export function lines(text: string): string[] {
  return text
    .trim()
    .split(/\n(?=\S)/)
    .map(statement => statement.replace(/\s*\n\s+/g, ' '))
}

/** One attack of several statements a line, with `;;` between them. */
export function sequences(text: string): (readonly string[])[] {
  return lines(text).map(line => line.split(';;').map(each => each.trim()))
}
