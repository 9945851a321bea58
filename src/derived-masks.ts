/**
 * Before a statement that moves masked values runs, its targets are masked: stored first, then in
 * force for every session. What other nodes and the command line change is looked for every two
 * seconds.
 */
import type { DerivedColumn } from '../masking/derived.ts'
import type { Analysis } from '../protocols/protocol.ts'
import {
  type DerivedColumnRow,
  type DerivedColumns,
  derivedColumnId,
} from './approvals/derived-columns.ts'
import type { RulesInForce } from './session/rules-in-force.ts'

const lookMs = 2000

export interface DerivedMasksParts {
  readonly columns: Pick<DerivedColumns, 'list' | 'add'>
  readonly rules: RulesInForce
  /** For the record: which columns came or went. */
  readonly note: (type: 'masking.derived' | 'masking.released', data: object) => void
  readonly onError: (error: unknown) => void
}

export class DerivedMasks {
  readonly #parts: DerivedMasksParts
  #known = new Map<string, DerivedColumn>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  private constructor(parts: DerivedMasksParts) {
    this.#parts = parts
  }

  /** Rejects when they cannot be read: nothing may run without them. */
  static async open(parts: DerivedMasksParts): Promise<DerivedMasks> {
    const masks = new DerivedMasks(parts)
    await masks.look()
    masks.#arm()
    return masks
  }

  /**
   * Undefined when the statement moves nothing that is not masked where it goes. Rejects when that
   * cannot be stored: then the statement must not run.
   */
  cover(analysis: Analysis, database: string, by: string): Promise<void> | undefined {
    if (analysis.moves.length === 0) return undefined
    const { masking } = this.#parts.rules.current
    const fresh = masking
      .derived(analysis, database)
      .filter(each => !this.#known.has(derivedColumnId(each)))
    return fresh.length === 0 ? undefined : this.#store(fresh, by)
  }

  /** What the state has now counts from now on. */
  async look(): Promise<void> {
    const rows = await this.#parts.columns.list()
    const now = new Map(rows.map(row => [row.id, row]))
    const gone = [...this.#known].filter(([id]) => !now.has(id)).map(([, column]) => column)
    const came = rows.filter(row => !this.#known.has(row.id))
    if (gone.length === 0 && came.length === 0) return
    this.#known = now
    this.#parts.rules.derive([...now.values()])
    if (gone.length > 0) this.#parts.note('masking.released', { columns: gone.map(named) })
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #store(fresh: readonly DerivedColumn[], by: string): Promise<void> {
    await this.#parts.columns.add(fresh, by, new Date())
    for (const column of fresh) this.#known.set(derivedColumnId(column), column)
    this.#parts.rules.derive([...this.#known.values()])
    this.#parts.note('masking.derived', { by, columns: fresh.map(named) })
  }

  #arm(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.look()
        .catch(this.#parts.onError)
        .finally(() => this.#arm())
    }, lookMs)
    this.#timer.unref()
  }
}

/** `shop public.copies.mail $."phone" (rule email)` */
export function named(column: DerivedColumn | DerivedColumnRow): string {
  const { database, schema, table, column: name, path, rule } = column
  const where = [schema, table, name].map(part => (part === '' ? '*' : part)).join('.')
  return `${database} ${where}${path === '' ? '' : ` ${path}`} (rule ${rule})`
}
