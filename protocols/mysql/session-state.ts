/**
 * What a session's statements mean: its names, its current database, its sql_mode, its transaction.
 * What a text certainly changes is applied; what it may have changed is asked of the server before
 * the next text is read. Nobody evaluates a SET here.
 */
import { breaksGlassInComments, reasonInComments } from '../comment-reason.ts'
import type { Analysis, Column, ColumnName, StatementContext } from '../protocol.ts'
import type { Catalog } from './catalog.ts'
import type { ColumnDefinition } from './packets/column-definition.ts'
import { ServerStatus } from './packets/ok.ts'
import type { PreparedStatement } from './prepared-statements.ts'
import type { Analyzer } from './sql/analyzer.ts'
import { changesOf } from './sql/changes.ts'
import { commentsOf } from './sql/comments-of.ts'
import { definitionsOf } from './sql/definitions.ts'
import type { LexerOptions } from './sql/lexer/options.ts'
import { origins } from './sql/lineage/trace.ts'
import { inDatabase } from './sql/names.ts'
import { SessionNames } from './sql/session-names.ts'
import { type SettingChange, settingChanges } from './sql/setting-changes.ts'
import { columnOf } from './values.ts'

export const reasonHelp: string =
  "Say why in a comment of the statement, /* reason='…' */, or first with " +
  "SET @countersign_reason = '…'; or connect with the attribute countersign_reason."

/** Asked of the server when it is not certain. The result has one row. */
export const stateQuery: string =
  'SELECT @@session.sql_mode, @@session.character_set_client, DATABASE(), ' +
  'HEX(LEFT(@countersign_reason, 2000)), HEX(LEFT(@countersign_break_glass, 2000))'

export class SessionState {
  readonly #analyzer: Analyzer
  readonly #catalog: Catalog
  readonly #names: SessionNames
  #transaction: 'idle' | 'open' = 'idle'
  #openedAt: number | undefined
  #role: string | undefined
  #sqlMode: string | undefined
  /** The server was not asked since the last change that only it knows the outcome of. */
  #certain = false
  #reason: string | undefined
  #reasonCertain = true
  #glass: string | undefined
  /** The variable was named since it was used: it may say something new. */
  #glassNamed = false

  constructor(parts: {
    analyzer: Analyzer
    catalog: Catalog
    user: string
    database: string | undefined
  }) {
    this.#analyzer = parts.analyzer
    this.#catalog = parts.catalog
    const { snapshot } = parts.catalog
    this.#names = new SessionNames({
      catalog: snapshot,
      user: parts.user,
      database: parts.database,
      lexer: lexerOptions('', snapshot.server),
    })
  }

  /** Whether the server has to be asked `stateQuery` before a text is read. */
  get certain(): boolean {
    return this.#certain
  }

  /** Whether it has to be asked whatever the text that is read. */
  get reasonCertain(): boolean {
    return this.#reasonCertain
  }

  /** Why the client does what it does, as its variable says. */
  get reason(): string | undefined {
    // Who breaks the glass says why there.
    return this.#reason ?? (this.#glassNamed ? this.#glass : undefined)
  }

  /** Why a statement cannot wait for people, as the variable says; for one statement. */
  takeGlass(): string | undefined {
    const said = this.#glassNamed ? this.#glass : undefined
    this.#glassNamed = false
    return said
  }

  /** Whether comments of the text say so. */
  breaksGlassIn(text: string): boolean {
    return breaksGlassInComments(commentsOf(text, this.#names.lexer))
  }

  /** How texts are read now. */
  get lexer(): LexerOptions {
    return this.#names.lexer
  }

  get transaction(): 'idle' | 'open' {
    return this.#transaction
  }

  get context(): StatementContext {
    return {
      transaction: this.#transaction,
      role: this.#role,
      searchPath: this.#names.database,
      openedAt: this.#openedAt,
      ...(this.#sqlMode === undefined ? {} : { settings: `sql_mode=${this.#sqlMode}` }),
    }
  }

  /** Why, as comments of the text say. */
  reasonIn(text: string): string | undefined {
    return reasonInComments(commentsOf(text, this.#names.lexer))
  }

  analyze(text: string): Analysis {
    return this.#analyzer.analyze(text, this.#names)
  }

  /** With the origins of what it gives, for people. */
  explain(text: string): Analysis {
    return this.#analyzer.explain(text, this.#names)
  }

  /** What a new prepared statement keeps of the session. */
  get prepares(): Pick<PreparedStatement, 'database' | 'lexer' | 'catalog' | 'version'> {
    const { database, lexer, catalog, version } = this.#names
    return { database, lexer, catalog, version }
  }

  /** Whether what is planned now means what was prepared then. */
  preparedAlike({ database, lexer }: PreparedStatement): boolean {
    return database === this.#names.database && sameLexer(lexer, this.#names.lexer)
  }

  /** Of what is executed now: names in it are looked up again, as the server does. */
  analyzePrepared(statement: PreparedStatement): Analysis {
    const { catalog, version } = this.#names
    if (statement.version === version && statement.catalog === catalog) return statement.analysis
    const names = inDatabase(this.#names, statement.database, statement.lexer)
    statement.analysis = this.#analyzer.analyze(statement.text, names)
    statement.catalog = catalog
    statement.version = version
    return statement.analysis
  }

  /** Set when the schema changed, by this session or by another: wait, then analyze. */
  stale(): Promise<void> | undefined {
    const names = this.#names
    const reading = names.needsCatalog ? this.#catalog.refresh() : this.#catalog.refreshing
    if (reading !== undefined) return reading.then(() => names.setCatalog(this.#catalog.snapshot))
    if (names.catalog !== this.#catalog.snapshot) names.setCatalog(this.#catalog.snapshot)
    return undefined
  }

  /** Looks at the schema as it is now. Rejects with UpstreamError. */
  async refresh(): Promise<void> {
    await this.#catalog.refresh()
    this.#names.setCatalog(this.#catalog.snapshot)
  }

  /** What it depends on, as it was read. */
  definitions(analysis: Analysis): ReadonlyMap<string, string> {
    return definitionsOf(analysis, this.#names.catalog)
  }

  /** The statement was sent. */
  began(analysis: Analysis): void {
    this.#names.begin(analysis)
  }

  /** The statement was answered, after so many of its statements succeeded. */
  completed(analysis: Analysis, results: number, ok: boolean): void {
    this.#names.completed(analysis, ok)
    for (const change of settingChanges(analysis)) this.#apply(change, change.result < results)
    if (analysis.effects.length > 0) this.#look(analysis)
    // At once, since other sessions' statements depend on it, too. Whoever waits hears of a failure.
    if (this.#names.needsCatalog) this.#catalog.refresh().catch(() => undefined)
  }

  /** The status flags of an OK or EOF. */
  reported(statusFlags: number): void {
    this.#transaction = (statusFlags & ServerStatus.IN_TRANS) === 0 ? 'idle' : 'open'
    this.#openedAt = this.#transaction === 'idle' ? undefined : (this.#openedAt ?? Date.now())
    if ((statusFlags & ServerStatus.DB_DROPPED) !== 0) this.#certain = false
  }

  /** The answer to `stateQuery`. Returns the setting under which statements cannot be read. */
  learn(rows: readonly (readonly (string | null)[])[] | undefined): string | undefined {
    const [sqlMode, charset, database, reason, glass] = rows?.[0] ?? []
    if (typeof sqlMode !== 'string' || typeof charset !== 'string' || database === undefined)
      return 'settings that the server does not tell'
    if (!readableCharsets.has(charset.toLowerCase())) return `character_set_client=${charset}`
    if (foreignMode.test(sqlMode)) return `sql_mode=${sqlMode}`
    this.#sqlMode = sqlMode
    const lexer = lexerOptions(sqlMode, this.#catalog.snapshot.server)
    if (!sameLexer(lexer, this.#names.lexer)) this.#names.setLexer(lexer)
    if ((database ?? undefined) !== this.#names.database)
      this.#names.setDatabase(database ?? undefined)
    this.#reason = reason == null ? undefined : Buffer.from(reason, 'hex').toString('utf8')
    this.#glass = glass == null ? undefined : Buffer.from(glass, 'hex').toString('utf8')
    this.#reasonCertain = true
    this.#certain = true
    return undefined
  }

  /** COM_RESET_CONNECTION succeeded. */
  reset(): void {
    this.#names.reset()
    this.#role = undefined
    this.#reason = undefined
    this.#glass = undefined
    this.#glassNamed = false
    this.#certain = false
  }

  /** A column as the session's rules know it. */
  column(definition: ColumnDefinition): Column {
    return columnOf(definition, this.#origin(definition))
  }

  #origin({ schema, orgTable, orgName }: ColumnDefinition): readonly ColumnName[] {
    return origins(this.#names.catalog, schema, orgTable, orgName)
  }

  #apply(change: SettingChange, succeeded: boolean): void {
    if (change.kind === 'reason' || change.kind === 'glass') this.#reasonCertain = false
    if (change.kind === 'glass') this.#glassNamed = true
    if (change.kind === 'setting' && !isRead(change)) return
    if (change.kind === 'database' && succeeded) return
    this.#certain = false
  }

  #look(analysis: Analysis): void {
    for (const { kind } of analysis.effects) {
      if (kind === 'role') this.#role = analysis.normalized
      else if (kind === 'unknown') this.#certain = false
    }
    for (const change of changesOf(analysis))
      if (change.kind === 'database' && change.name === undefined) this.#certain = false
  }
}

/** What a text would set, and under which texts could not be read any more. */
export function unreadableSetting(analysis: Analysis): SetTo | undefined {
  for (const change of settingChanges(analysis)) {
    if (change.kind !== 'setting') continue
    const { name, value } = change
    if (value?.kind === 'text') {
      const text = value.text ?? 'NULL'
      if (name === 'character_set_client' && !readableCharsets.has(text.toLowerCase()))
        return { name, text }
      if (name === 'sql_mode' && foreignMode.test(text)) return { name, text }
    } else if (value?.kind === 'modes' && foreignMode.test(value.add.join()))
      return { name, text: value.add.join() }
  }
  return undefined
}

export interface SetTo {
  readonly name: string
  readonly text: string
}

/** Whether a statement of the text may change how those after it in the same text are read. */
export function changesItsOwnReading(analysis: Analysis): boolean {
  const last = analysis.results.length - 1
  return settingChanges(analysis).some(
    change => change.result < last && change.kind === 'setting' && isRead(change),
  )
}

/** In all of these a byte below 0x80 is that character and never a part of another. */
const readableCharsets: ReadonlySet<string> = new Set([
  'utf8mb4',
  'utf8mb3',
  'utf8',
  'ascii',
  'binary',
])

/** MariaDB reads other grammars in these. */
const foreignMode = /\b(?:ORACLE|MSSQL|DB2)\b/i

/** Whether texts are read by that setting. */
function isRead({ scope, name }: Extract<SettingChange, { kind: 'setting' }>): boolean {
  return scope === 'session' && (name === 'sql_mode' || name === 'character_set_client')
}

function lexerOptions(
  sqlMode: string,
  server: { readonly flavour: 'mysql' | 'mariadb'; readonly version: number },
): LexerOptions {
  const modes = new Set(sqlMode.toUpperCase().split(','))
  return {
    flavour: server.flavour,
    version: server.version,
    ansiQuotes: modes.has('ANSI_QUOTES'),
    noBackslashEscapes: modes.has('NO_BACKSLASH_ESCAPES'),
    ignoreSpace: modes.has('IGNORE_SPACE'),
    pipesAsConcat: modes.has('PIPES_AS_CONCAT'),
    highNotPrecedence: modes.has('HIGH_NOT_PRECEDENCE'),
  }
}

function sameLexer(a: LexerOptions, b: LexerOptions): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
