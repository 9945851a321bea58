/**
 * A secret that outlives the process: 32 bytes, kept in a file wrapped by the owner's key. One for
 * each purpose, so that what one of them makes says nothing about another.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Keys } from './keys.ts'

/** Made at the first call. Rejects with KeyUnusable when the file was wrapped by another key. */
export async function keptSecret(keys: Keys, dir: string, purpose: string): Promise<Buffer> {
  const path = join(dir, `${purpose}.secret`)
  const context = { purpose }
  try {
    return await keys.unwrap(Buffer.from(await readFile(path, 'utf8'), 'base64'), context)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const { plain, wrapped } = await keys.dataKey(context)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await writeFile(path, wrapped.toString('base64'), { mode: 0o600, flag: 'wx', flush: true })
  return plain
}

/** Wraps every secret of the folder anew. Resolves with how many there were. */
export async function rewrapSecrets(keys: Keys, dir: string): Promise<number> {
  const names = (await readdir(dir)).filter(name => name.endsWith('.secret'))
  for (const name of names) {
    const path = join(dir, name)
    const wrapped = Buffer.from(await readFile(path, 'utf8'), 'base64')
    const again = await keys.rewrap(wrapped, { purpose: name.slice(0, -'.secret'.length) })
    await writeFile(`${path}.new`, again.toString('base64'), { mode: 0o600, flush: true })
    await rename(`${path}.new`, path)
  }
  return names.length
}
