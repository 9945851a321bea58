/** Anchors in a table of a ClickHouse: of one that whoever runs the proxy may only insert into. */
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { type Anchor, type AnchorConfig, type AnchorPlace, parseAnchor } from './anchor.ts'

const table = `CREATE TABLE IF NOT EXISTS countersign_anchors (
  journal String, segment UInt64, at DateTime64(3, 'UTC'), hash String, anchor String,
  anchored_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree ORDER BY (journal, segment, at)`

export class ClickHouseAnchors implements AnchorPlace {
  readonly name: string
  readonly #client: ClickHouseClient
  #made = false

  constructor(config: Extract<AnchorConfig, { kind: 'clickhouse' }>) {
    const { url, database, username, password } = config
    this.name = `clickhouse ${new URL(url).host}/${database}`
    this.#client = createClient({
      url,
      database,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      request_timeout: 10_000,
    })
  }

  async put(anchor: Anchor, signal: AbortSignal): Promise<void> {
    // Whoever may only insert has been given the table by its owner.
    if (!this.#made) await this.#client.command({ query: table }).catch(() => undefined)
    const { journal, segment, at, hash } = anchor
    await this.#client.insert({
      table: 'countersign_anchors',
      values: [{ journal, segment, at, hash, anchor: JSON.stringify(anchor) }],
      format: 'JSONEachRow',
      clickhouse_settings: { date_time_input_format: 'best_effort' },
      abort_signal: signal,
    })
    this.#made = true
  }

  async list(): Promise<readonly Anchor[]> {
    const result = await this.#client.query({
      query: 'SELECT anchor FROM countersign_anchors ORDER BY journal, segment, at',
      format: 'JSONEachRow',
    })
    const rows = await result.json<{ readonly anchor: string }>()
    return rows.flatMap(({ anchor }) => parseAnchor(anchor) ?? [])
  }

  close(): Promise<void> {
    return this.#client.close()
  }
}
