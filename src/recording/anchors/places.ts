/** The places that a configuration names. What a place does not need is not loaded. */
import type { AnchorConfig, AnchorPlace } from './anchor.ts'

export function openAnchorPlaces(
  configs: readonly AnchorConfig[],
): Promise<readonly AnchorPlace[]> {
  return Promise.all(configs.map(placeOf))
}

async function placeOf(config: AnchorConfig): Promise<AnchorPlace> {
  switch (config.kind) {
    case 'file':
      return new (await import('./file.ts')).FileAnchors(config.path)
    case 's3':
      return new (await import('./s3.ts')).S3Anchors(config)
    case 'clickhouse':
      return new (await import('./clickhouse.ts')).ClickHouseAnchors(config)
    default:
      return config satisfies never
  }
}
