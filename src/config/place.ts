/** Where in a configuration file something stands, for what is said of it after it was read. */
import { readFile } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import { type Mistake, Mistakes, type Path } from './mistakes.ts'

/** In order of place. */
export async function placed(
  file: string,
  said: readonly { readonly path: Path; readonly message: string }[],
): Promise<readonly Mistake[]> {
  if (said.length === 0) return []
  const lines = new LineCounter()
  const text = await readFile(file, 'utf8')
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const places = new Mistakes(file, document, lines)
  for (const { path, message } of said) places.add(path, message)
  return places.found
}
