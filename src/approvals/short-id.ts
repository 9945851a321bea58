/** Short ids for people to read aloud and type: no letter looks like a digit, no word comes out. */
import { randomInt } from 'node:crypto'

const alphabet = '34679cdfhjkmnpqrtvwxy'

/** Four characters at first; each further attempt after a collision may take one more, to six. */
export function shortId(attempt: number): string {
  const length = Math.min(6, 4 + Math.floor(attempt / 2))
  let id = ''
  while (id.length < length) id += alphabet.charAt(randomInt(alphabet.length))
  return id
}
