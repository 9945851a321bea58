/**
 * Where Teams can be answered: the service of each conversation, as it said itself. Kept over
 * restarts, because Teams says it only now and then.
 */
import type { Kysely } from 'kysely'
import type { Tables } from '../schema.ts'
import type { Activity } from './activity.ts'

/** The service that was heard of last, for channels that were never heard of themselves. */
const anywhere = '*'

export class Conversations {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  /** Of conversations only `kept` ones, so that their number is bounded by the configuration. */
  async heard(activity: Activity, tenant: string, kept: boolean): Promise<void> {
    const { conversation, serviceUrl, person } = activity
    await this.#save({ id: anywhere, service_url: serviceUrl, tenant, person: null })
    if (!kept) return
    const whose = conversation.kind === 'personal' ? (person ?? null) : null
    await this.#save({ id: conversation.id, service_url: serviceUrl, tenant, person: whose })
  }

  async forget(id: string): Promise<void> {
    await this.#db.deleteFrom('teams_conversations').where('id', '=', id).execute()
  }

  /** Undefined when nothing was ever heard of that tenant. */
  async service(id: string, tenant: string): Promise<string | undefined> {
    const rows = await this.#db
      .selectFrom('teams_conversations')
      .select(['id', 'service_url'])
      .where('tenant', '=', tenant)
      .where('id', 'in', [id, anywhere])
      .execute()
    return (rows.find(row => row.id === id) ?? rows[0])?.service_url
  }

  /** Somebody's own conversation with us. */
  async personal(person: string, tenant: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('teams_conversations')
      .select('id')
      .where('tenant', '=', tenant)
      .where('person', '=', person)
      .orderBy('seen_at', 'desc')
      .executeTakeFirst()
    return row?.id
  }

  async #save(row: Omit<Tables['teams_conversations'], 'seen_at'>): Promise<void> {
    const values = { ...row, seen_at: Date.now() }
    await this.#db
      .insertInto('teams_conversations')
      .values(values)
      .onConflict(conflict => conflict.column('id').doUpdateSet(values))
      .execute()
  }
}
