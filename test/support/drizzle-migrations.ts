/** A folder of migrations as drizzle-kit writes it, for Drizzle's migrator to read. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** It goes away with the test. */
export async function migrationsFolder(
  t: Test,
  dialect: 'postgresql' | 'mysql',
  texts: readonly string[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-test-migrations-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  await mkdir(join(folder, 'meta'))
  const entries = texts.map((_, idx) => ({
    ...{ idx, version: '7', when: 1_700_000_000_000 + idx, tag: `000${idx}`, breakpoints: true },
  }))
  for (const [idx, text] of texts.entries()) await writeFile(join(folder, `000${idx}.sql`), text)
  const journal = { version: '7', dialect, entries }
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify(journal))
  return folder
}
