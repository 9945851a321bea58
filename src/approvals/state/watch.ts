/**
 * One connection that is kept: over it this node says that it lives, and hears what the others
 * changed. When it breaks it is made again, and whoever listens is told what may have been missed.
 * https://www.postgresql.org/docs/current/sql-notify.html
 */
import { Client, type ClientConfig, type Notification } from 'pg'
import type { StateListener } from './state.ts'

/** Without a beat for so long, a node is dead; five beats are due in it. */
const silenceMsDefault = 5000
const unsureMs = 30_000
const backOffMsMin = 100
const backOffMsMax = 1000
/** Of milliseconds since 1970, as the server counts them. */
const now = `(extract(epoch from clock_timestamp()) * 1000)::bigint`

interface Node {
  readonly id: string
  readonly name: string
}

export class Watch {
  readonly #config: ClientConfig
  readonly #self: Node
  readonly #onError: (error: unknown) => void
  readonly #silenceMs: number
  #client: Client | undefined
  #listener: StateListener | undefined
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined
  #closed = false
  #away: string | undefined
  /** When what is heard over this connection began, and when it was last known to be alive. */
  #since = 0
  #heardAt = Date.now()
  /** Until then, what this node itself changed is news to it: it may not have heard the answer. */
  #unsureUntil = 0
  /** Nodes that are gone, and whether nothing of theirs is left to be withdrawn. */
  readonly #burials = new Map<string, boolean>()

  constructor(
    config: ClientConfig,
    self: Node,
    onError: (error: unknown) => void,
    silenceMs: number = silenceMsDefault,
  ) {
    // Sooner than a node is dead: whoever had to wait so long judges nobody for a while.
    this.#config = { ...config, query_timeout: silenceMs * 0.6 }
    this.#silenceMs = silenceMs
    this.#self = self
    this.#onError = onError
  }

  get away(): string | undefined {
    return this.#away
  }

  async start(): Promise<void> {
    await this.#connect()
    this.#next(this.#silenceMs / 5)
  }

  listen(listener: StateListener): void {
    this.#listener = listener
  }

  /** Says that this node is gone: nobody has to wait for its silence. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#beating
    const client = this.#client
    this.#client = undefined
    if (client === undefined) return
    await client.query('delete from nodes where id = $1', [this.#self.id]).catch(this.#onError)
    await client.end().catch(() => undefined)
  }

  #next(wait: number): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#beating = this.#turn()
    }, wait)
  }

  /** One beat, or one attempt to be connected again. */
  async #turn(): Promise<void> {
    try {
      if (this.#client === undefined) {
        const missedSince = this.#heardAt
        await this.#connect()
        this.#unsureUntil = Date.now() + unsureMs
        this.#listener?.missed(missedSince)
      } else {
        await this.#beat(this.#client)
      }
      this.#next(this.#silenceMs / 5)
    } catch (error) {
      this.#lose(error)
      // Nodes that lost it together should not come back together.
      this.#next(backOffMsMin + Math.random() * (backOffMsMax - backOffMsMin))
    }
  }

  async #connect(): Promise<void> {
    const client = new Client(this.#config)
    client.on('error', (error: unknown) => {
      if (this.#client === client) this.#lose(error)
    })
    client.on('notification', message => this.#hear(message))
    try {
      await client.connect()
      await client.query('listen countersign_approvals')
      await this.#beat(client)
    } catch (error) {
      client.end().catch(() => undefined)
      throw error
    }
    this.#client = client
    this.#since = Date.now()
    this.#away = undefined
  }

  #lose(error: unknown): void {
    const client = this.#client
    this.#client = undefined
    client?.end().catch(() => undefined)
    if (this.#away === undefined) this.#onError(error)
    this.#away = error instanceof Error ? error.message : String(error)
  }

  /** Says that this node lives, and looks for others that do not. */
  async #beat(client: Client): Promise<void> {
    const { id, name } = this.#self
    const buried = [...this.#burials].filter(([, over]) => over).map(([dead]) => dead)
    const { rows } = await client.query<Node>(
      `with beat as (
         insert into nodes (id, name, beat_at) values ($1, $2, ${now})
           on conflict (id) do update set beat_at = excluded.beat_at
       ), silent as (
         select id, name from nodes where id <> $1 and beat_at < ${now} - ${this.#silenceMs}
       ), gone as (
         delete from nodes where id in (select id from silent) and id = any ($3)
       )
       select id, name from silent where id <> all ($3)`,
      [id, name, buried],
    )
    this.#heardAt = Date.now()
    for (const dead of buried) this.#burials.delete(dead)
    // After a break of the database all are silent: each first has to have the time to come back.
    const judges = this.#client !== undefined && Date.now() - this.#since > this.#silenceMs
    if (judges) for (const node of rows) this.#bury(node)
  }

  /** Takes as long as it takes: meanwhile this node goes on to say that it lives. */
  #bury({ id, name }: Node): void {
    if (this.#listener === undefined || this.#burials.has(id)) return
    this.#burials.set(id, false)
    this.#listener.stopped(id, `node ${name} stopped`).then(
      () => this.#burials.set(id, true),
      (error: unknown) => {
        this.#burials.delete(id)
        this.#onError(error)
      },
    )
  }

  /** `<approval> <application_name of who changed it>`: see migrations.ts. */
  #hear({ payload = '' }: Notification): void {
    const space = payload.indexOf(' ')
    const [id, by] = [payload.slice(0, space), payload.slice(space + 1)]
    const own = by === this.#config.application_name
    if (!own || Date.now() < this.#unsureUntil) this.#listener?.changed([id])
  }
}
