/**
 * The keys of a data directory. The proxy opens those that its configuration names and leaves a
 * word of it there, so that commands which read recordings find the same without it.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KmsConfig } from './aws-kms.ts'
import type { Keys } from './keys.ts'
import { localKeysPath, openLocalKeys } from './local.ts'

export type KeysConfig = { readonly kind: 'local' } | ({ readonly kind: 'aws-kms' } & KmsConfig)

/** Makes what is not there yet. Rejects with KeyUnusable or KeysAway. */
export async function openKeys(dataDir: string, config: KeysConfig): Promise<Keys> {
  if (config.kind === 'local') return openLocalKeys(localKeysPath(dataDir))
  const keys = await openKms(dataDir, config)
  const dir = join(dataDir, 'keys')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await writeFile(join(dir, providerFile), `${JSON.stringify(config)}\n`, { mode: 0o600 })
  await writeFile(join(dir, signedFile), keys.publicKeys, { mode: 0o600, flush: true })
  return keys
}

/** What the proxy opened last. Rejects with ENOENT when it never ran there. */
export async function storedKeys(dataDir: string): Promise<Keys> {
  const stored = await textOf(join(dataDir, 'keys', providerFile))
  if (stored === undefined) return openLocalKeys(localKeysPath(dataDir), { create: false })
  return openKms(dataDir, JSON.parse(stored) as KmsConfig)
}

/** Names of keys, and no secret. */
const providerFile = 'provider.json'
/** Public keys that have signed. */
const signedFile = 'signed.pem'

async function openKms(dataDir: string, config: KmsConfig): Promise<Keys> {
  const { openKmsKeys } = await import('./aws-kms.ts')
  return openKmsKeys(config, await textOf(join(dataDir, 'keys', signedFile)))
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
