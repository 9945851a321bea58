/**
 * The database of the state, and who shares it: a file of this process's own, or a Postgres for
 * several nodes. One set of tables, one way to ask; what differs is behind this interface.
 */
import type { Kysely } from 'kysely'
import type { Tables } from '../schema.ts'

export interface State {
  readonly db: Kysely<Tables>
  /** Of this start of this node: requests whose clients wait here bear it. */
  readonly node: string
  /** Why the database does not answer; undefined while it does. */
  readonly away: string | undefined
  /** Those of them that live no more, and how to say so. */
  dead(nodes: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Tells of what other nodes do, from here on. To be called once. */
  watch(listener: StateListener): void
  close(): Promise<void>
}

/** None of these may throw. */
export interface StateListener {
  /** Approvals that somebody else changed. */
  changed(ids: readonly string[]): void
  /** Since then, in milliseconds since 1970, something may have changed untold. */
  missed(since: number): void
  /** A node is gone. To be told again until nothing of it is left. */
  stopped(node: string, reason: string): Promise<void>
}
