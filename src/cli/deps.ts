/** What main.ts hands to the commands, so that no command has to name a protocol. */
import type { FrameDecoder, StatementReader, Survey, Upstream } from '../../protocols/protocol.ts'
import type { DerivedColumns } from '../approvals/derived-columns.ts'
import type { Address, Config, ProtocolName } from '../config/config.ts'

export interface Deps {
  /** Starts the proxy, the console and the recorder; resolves when all of them listen. */
  start(config: Config): Promise<RunningServer>
  /** Opens a reader of statements over a live catalog. Rejects with UpstreamError. */
  open(protocol: string, upstream: Upstream): Promise<StatementReader>
  /** Looks at the tables of a live database. Rejects with UpstreamError. */
  survey(protocol: string, upstream: Upstream): Promise<Survey>
  /** Of the state that the configuration names, whether its proxy runs or not. */
  derivedColumns(config: Config): Promise<{ columns: DerivedColumns; close(): Promise<void> }>
  /** Of what one session of that protocol recorded. */
  decoder(protocol: string): Promise<FrameDecoder>
}

export interface RunningServer {
  /** Where each protocol that a database speaks is listened for. */
  readonly listening: Readonly<Partial<Record<ProtocolName, Address>>>
  /** The console's address, without a slash at the end. */
  readonly http: string
  /** Lets sessions end, flushes the recording, closes everything. Idempotent. */
  close(): Promise<void>
}
