/**
 * Reading a session's statements: the analyzer over the session's names, kept current by what the
 * relay sees go by.
 */
import type { Analysis, Column } from '../protocol.ts'
import type { Catalog } from './catalog.ts'
import type { Conversation } from './conversation.ts'
import type { FieldDescription } from './messages/row-description.ts'
import { duplicate, type PostgresRefusal } from './refusal.ts'
import { SessionReason } from './session-reason.ts'
import type { Analyzer } from './sql/analyzer.ts'
import { changesOf, keepChanges } from './sql/changes.ts'
import { definitionsOf } from './sql/definitions.ts'
import { baseColumns } from './sql/lineage/trace.ts'
import { glassSetting } from './sql/reason-changes.ts'
import { SessionNames } from './sql/session-names.ts'

export class StatementNames {
  readonly #analyzer: Analyzer
  readonly #catalog: Catalog
  readonly #names: SessionNames
  /** Names that SQL gave a meaning to. The protocol's own names are kept apart from them. */
  readonly #preparedInSql = new Set<string>()
  readonly #declaredInSql = new Set<string>()
  #searchPathText: string | undefined
  #role: string | undefined
  readonly #reason: SessionReason
  readonly #glass = new SessionReason(undefined, glassSetting)

  constructor(parts: {
    analyzer: Analyzer
    catalog: Catalog
    user: string
    searchPath: string | undefined
    reportsSearchPath: boolean
    searchPathAtReset: string | undefined
    /** The setting, as it came with the connection. */
    reason: string | undefined
  }) {
    this.#analyzer = parts.analyzer
    this.#catalog = parts.catalog
    this.#searchPathText = parts.searchPath
    this.#reason = new SessionReason(parts.reason)
    this.#names = new SessionNames({
      catalog: parts.catalog.snapshot,
      user: parts.user,
      searchPath: parts.searchPath,
      reportsSearchPath: parts.reportsSearchPath,
      searchPathAtReset: parts.searchPathAtReset,
    })
  }

  /** The role that the client changed to, in SQL's words. */
  get role(): string | undefined {
    return this.#role
  }

  get searchPathText(): string | undefined {
    return this.#searchPathText
  }

  /** Why, as the session's setting says. */
  get reason(): string | undefined {
    // Who breaks the glass says why there.
    return this.#reason.value ?? this.#glass.value
  }

  /** Why a statement cannot wait for people, as the setting says; for one statement. */
  takeGlass(): string | undefined {
    return this.#glass.take()
  }

  analyze(text: string): Analysis {
    return this.#analyzer.analyze(text, this.#names)
  }

  /**
   * A text of its own: a MOVE in a portal that the protocol made, and that ran, does what the portal
   * does. A FETCH shows rows, and a function may have put another cursor in the portal's place.
   */
  analyzeQuery(text: string, conversation: Conversation): Analysis {
    const analysis = this.analyze(text)
    const [effect, more] = analysis.effects
    if (analysis.tag !== 'MOVE' || effect?.kind !== 'unknown' || more !== undefined) return analysis
    const portal = conversation.portals.get(effect.object?.name ?? '', conversation.segment)
    if (portal === undefined || portal === 'unsettled' || portal.run === undefined) return analysis
    const { effects, reads, moves, relations } = portal.analysis
    const moved: Analysis = { ...analysis, effects, reads, moves, relations }
    keepChanges(moved, changesOf(portal.analysis))
    return moved
  }

  /**
   * Set when the schema changed, by this session or by another, and everything before was answered:
   * wait, then analyze.
   */
  stale(conversation: Conversation): Promise<void> | undefined {
    const reading = this.#names.needsCatalog ? this.#catalog.refresh() : this.#catalog.refreshing
    if (reading !== undefined && conversation.owedCount === 0)
      return reading.then(() => this.#names.setCatalog(this.#catalog.snapshot))
    if (!this.#names.needsCatalog && this.#names.catalog !== this.#catalog.snapshot)
      this.#names.setCatalog(this.#catalog.snapshot)
    return undefined
  }

  /** What a text means now that it was read some time ago. Rejects with UpstreamError. */
  async again(text: string, conversation: Conversation): Promise<Analysis> {
    await this.#catalog.refresh()
    this.#names.setCatalog(this.#catalog.snapshot)
    return this.analyzeQuery(text, conversation)
  }

  /** What it depends on, as it was read. */
  definitions(analysis: Analysis): ReadonlyMap<string, string> {
    return definitionsOf(analysis, this.#names.catalog)
  }

  /** SQL and the protocol share their names on the server; here a name belongs to one of them. */
  conflict(analysis: Analysis, conversation: Conversation): PostgresRefusal | undefined {
    for (const change of changesOf(analysis)) {
      if (change.kind === 'prepared' && conversation.statements.has(change.name))
        return duplicate(change.name)
      if (change.kind === 'cursor' && conversation.portals.has(change.name))
        return duplicate(change.name)
    }
    return undefined
  }

  isPreparedInSql(name: string): boolean {
    return this.#preparedInSql.has(name)
  }

  isDeclaredInSql(name: string): boolean {
    return this.#declaredInSql.has(name)
  }

  /** The statement was sent. */
  began(analysis: Analysis): void {
    this.#names.begin(analysis)
    for (const change of changesOf(analysis)) {
      if (change.kind === 'prepared') this.#preparedInSql.add(change.name)
      else if (change.kind === 'cursor') this.#declaredInSql.add(change.name)
      else if (change.kind === 'role') this.#role = analysis.normalized
    }
  }

  /** One SQL statement of the text succeeded. */
  completed(analysis: Analysis, result: number, tag: string): void {
    this.#names.completed(analysis, result, tag)
    this.#reason.completed(analysis, result, tag)
    this.#glass.completed(analysis, result, tag)
  }

  settled(transaction: 'idle' | 'open' | 'failed'): void {
    this.#names.settled(transaction)
    this.#reason.settled(transaction)
    this.#glass.settled(transaction)
    // At once, since other sessions' statements depend on it, too. Whoever waits hears of a failure.
    if (this.#names.needsCatalog) this.#catalog.refresh().catch(() => undefined)
  }

  /** ParameterStatus. */
  reported(name: string, value: string): void {
    if (name !== 'search_path') return
    this.#searchPathText = value
    this.#names.setSearchPath(value)
  }

  /** A column as the session's rules know it. */
  column(field: FieldDescription): Column {
    const { catalog } = this.#names
    const type = catalog.valueType(field.typeOid, field.typeModifier)
    const relation = field.tableOid === 0 ? undefined : catalog.relationByOid(field.tableOid)
    const column = relation?.columns.find(each => each.number === field.attributeNumber)
    const origin =
      relation === undefined || column === undefined
        ? []
        : baseColumns(relation, column, this.#names).sources
    return { name: field.name, type, origin }
  }
}
