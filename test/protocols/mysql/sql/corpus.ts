/** Statements of many kinds, and what the tests of the lexer and the parser share. */

import { readFileSync } from 'node:fs'
import type { LexerOptions } from '../../../../protocols/mysql/sql/lexer/options.ts'
import { inRepository } from '../../../support/repository.ts'

export type Flavour = LexerOptions['flavour']

const versions = { mysql: 90704, mariadb: 101119 } as const

export function lexerOptions(
  flavour: Flavour,
  changes: Partial<Omit<LexerOptions, 'flavour'>> = {},
): LexerOptions {
  return {
    flavour,
    version: versions[flavour],
    ansiQuotes: false,
    noBackslashEscapes: false,
    ignoreSpace: false,
    pipesAsConcat: false,
    highNotPrecedence: false,
    ...changes,
  }
}

const path = inRepository('test/fixtures/mysql-grammar.txt')

/** Those that a server of that flavour can prepare, or says that it does not prepare. */
export function corpus(flavour: Flavour): readonly string[] {
  const statements: string[] = []
  let section = ''
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.startsWith('# ')) section = line.slice(2)
    else if (line !== '' && (section === 'both' || section === flavour)) statements.push(line)
  }
  return statements
}

/** The same numbers in every run. */
export function random(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const pieces = [
  ...[' ', '\t', '\n', '\r', '\v', '\f', '/**/', '/* x */', '/*!*/', '/*! */', '/*!50000 */'],
  ...['/*!99999 x */', '/*!090704 */', '/*M! x */', '-- c\n', '--\tc\n', '#c\n', '#c\r\n'],
  ...['--', '-', '/', '*', '"', "'", '`', '\\', '(', ')', ',', '.', '@', '@@', '!', '=', '<', '>'],
  ...['|', '&', '$', '1', '0x1', '1e5', '.5', '1.', 'e', 'N', "_utf8mb4'a'", '\'a\'"b"', 'é'],
  ...['\u00a0', 'ａ', 'a$b', "x'41'", '/*!50000+1*/', '/*!50000', '*/', '/*+ BKA(t) */', '/*!'],
  ...['\\N', ':=', '->', '\ufeff', '\u0085', '\0', ';', '{', '}', '?', '~', '^', '%'],
]

/** One to three small changes, where most traps of the lexer are. */
export function mutated(text: string, below: (below: number) => number): string {
  let changed = text
  for (let count = 1 + below(3); count > 0; count--) {
    const at = below(changed.length + 1)
    const piece = pieces[below(pieces.length)] ?? ''
    if (below(3) > 0) changed = changed.slice(0, at) + piece + changed.slice(at)
    else changed = changed.slice(0, at) + changed.slice(at + 1)
  }
  return changed
}
