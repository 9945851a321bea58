/**
 * Where things are: tests run as they are written (`test/`) and as they are compiled (`dist/test/`).
 * What is not code, servers' texts, drivers' scripts, lies in the first only; code in both.
 */
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

function above(start: URL): URL {
  let folder = new URL('.', start)
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder)
  return folder
}

const root = above(new URL(import.meta.url))
const extension = extname(fileURLToPath(import.meta.url))

/** A file or folder by its path in the repository, as it is written. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(path, root))
}

/** A module, `src/main.ts`, as the test that asks is run: the source, or what was compiled of it. */
export function moduleUrl(path: string): string {
  return new URL(`../../${path.replace(/\.ts$/, extension)}`, import.meta.url).href
}
