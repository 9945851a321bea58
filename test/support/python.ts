/**
 * Python packages that Debian's stable release has not, or too old: installed by pip into a folder
 * of their own, which stays for the next run.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** For `pythonWith('sqlalchemy', …)`: with the drivers of both databases. */
export const sqlalchemy: readonly string[] = [
  ...['sqlalchemy==2.1.9', 'psycopg2-binary', 'psycopg[binary]', 'pymysql'],
]

/** The Python that has them; the folder is made whole or not at all. Rejects when it cannot be. */
export async function pythonWith(name: string, wanted: readonly string[]): Promise<string> {
  const folder = join(tmpdir(), `countersign-${name}-${userInfo().uid}`)
  const python = join(folder, 'bin', 'python')
  if (existsSync(python)) return python
  const draft = `${folder}.${process.pid}`
  try {
    await run('python3', ['-m', 'venv', draft])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted]
    await run(join(draft, 'bin', 'python'), pip, { timeout: 240_000 })
    // Its programs know the folder by name; `python -m` does not need them.
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(python)) throw error
  }
  return python
}
