/** recording.anchors: where signed heads are kept, and keys: what seals and signs. */

import type { KeysConfig } from '../keys/open.ts'
import type { AnchorConfig } from '../recording/anchors/anchor.ts'
import type { AnchorSection, KeysSection } from './file.ts'
import type { Mistakes } from './mistakes.ts'
import type { Sources } from './sources.ts'

export function resolveAnchors(
  sections: readonly AnchorSection[],
  sources: Sources,
  mistakes: Mistakes,
): readonly AnchorConfig[] {
  return sections.flatMap((section, index): readonly AnchorConfig[] => {
    const at = ['recording', 'anchors', index]
    const { file, s3, clickhouse } = section
    if ([file, s3, clickhouse].filter(each => each !== undefined).length !== 1) {
      mistakes.add(at, 'expected one of file, s3 and clickhouse')
      return []
    }
    if (file !== undefined) return [{ kind: 'file', path: sources.path(file) }]
    if (s3 !== undefined) {
      const { bucket, prefix = '', region, endpoint, lock_days: lockDays } = s3
      return [{ kind: 's3', bucket, prefix, region, endpoint, lockDays }]
    }
    if (clickhouse === undefined) return []
    const { url, database = 'default', username } = clickhouse
    const password = sources.secret({ ...clickhouse }, 'password', [...at, 'clickhouse'])
    return [{ kind: 'clickhouse', url, database, username, password }]
  })
}

export function resolveKeys(section: KeysSection | undefined): KeysConfig {
  if (section === undefined || section === 'local') return { kind: 'local' }
  const { key, signing_key: signingKey, former_keys: formerKeys = [] } = section.aws_kms
  const { region, endpoint } = section.aws_kms
  return { kind: 'aws-kms', key, signingKey, formerKeys, region, endpoint }
}
