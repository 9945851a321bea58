/**
 * Loaded into the program before its own code (`node --import`): free space is what the file that
 * COUNTERSIGN_TEST_FREE names says, since a disk of the right size cannot be had without being root.
 */
import { readFileSync } from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const file = process.env['COUNTERSIGN_TEST_FREE'] ?? ''
const statfs = promises.statfs
const free = async (path: string): Promise<Awaited<ReturnType<typeof statfs>>> => {
  const facts = await statfs(path)
  const bytes = Number(readFileSync(file, 'utf8'))
  return Object.assign(facts, { bavail: Math.floor(bytes / facts.bsize) })
}
Object.assign(promises, { statfs: free })
syncBuiltinESMExports()
