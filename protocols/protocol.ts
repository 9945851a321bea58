/**
 * The contract between a wire protocol and the rest of Countersign: types and no code.
 *
 * A protocol speaks to one client and to one upstream. It reads statements, asks the session
 * whether they may run, hides what the session says is to be hidden, and hands the session every
 * byte that the client is shown. It knows nothing of policies, people, masks or archives.
 */
import type { Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'

// ── A protocol, and what it is given ────────────────────────────────────────────────────────────

export interface Protocol {
  /** Lower case, as the configuration writes it: `postgres`, `mysql`. */
  readonly name: string
  readonly defaultPort: number
  /**
   * Learns of the servers behind it what a client is told before it says where it wants to go.
   * Called before it listens; never rejects: one that is away now is learnt of later.
   */
  learn(upstreams: readonly Upstream[]): Promise<void>
  /** Speaks to one client until it leaves or is sent away. Never rejects. */
  serve(client: Socket, gateway: Gateway): Promise<void>
  /** Reads statements against a live catalog without a client: `explain`, `check`, `discover`. */
  open(upstream: Upstream): Promise<StatementReader>
  /** Looks at the tables of one database without a client: `discover`, `check`. */
  survey(upstream: Upstream): Promise<Survey>
  /** Turns the frames that one session recorded back into results. */
  frameDecoder(): FrameDecoder
  /** Lets go of what outlives a session. To be called after the last one ended. */
  close(): Promise<void>
}

export interface Gateway {
  readonly limits: Limits
  /** Key and certificate (PEM) of the listener; absent when the listener has no TLS. */
  readonly tls: SecureContextOptions | undefined
  /** What the client has to prove. An unknown user gets a decoy, so that it cannot be told apart. */
  credential(login: Login): Credential
  /**
   * Whether the password itself, where it arrives whole, proves that user. Takes as long for an
   * unknown one. Never to be asked for what came in clear over a network.
   */
  verifyPassword(login: Login, password: string): Promise<boolean>
  /** Called once the proof succeeded. Throws AccessDenied. */
  login(login: Login): Promise<Session>
}

export interface Limits {
  /** From accept to the first statement. */
  readonly startupMsMax: number
  readonly startupBytesMax: number
  /** A statement's text. Longer ones are refused: they could not be read. */
  readonly statementBytesMax: number
  /** A frame that has to be read whole. Larger ones are streamed when nothing in them is read. */
  readonly frameBytesMax: number
  /** What may wait in memory for each direction of a session before its socket is paused. */
  readonly bufferedBytesMax: number
}

export interface Login {
  readonly protocol: string
  readonly user: string
  /**
   * As the client asked for it: a name of the configuration's `databases`. Empty when it named
   * none: then it is the only one that speaks this protocol and that the user may use.
   */
  readonly database: string
  readonly application: string | undefined
  /** Why it connects, where the protocol has a place of its own for that. */
  readonly reason?: string | undefined
  readonly remoteAddress: string
  readonly tls: boolean
}

/** A SCRAM-SHA-256 verifier (RFC 5802 section 3): proves a password without holding it. */
export interface Credential {
  readonly iterations: number
  readonly salt: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
  /** SHA-1(SHA-1(password)), for mysql_native_password where the configuration allows it. */
  readonly nativePassword?: Buffer
}

/** The real database's address and credentials; the client never sees them. */
export interface Upstream {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** Read in the protocol's `upstream.ts` and `catalog.ts` only. */
  readonly password: string | undefined
  readonly tls: UpstreamTls
}

export interface UpstreamTls {
  readonly mode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'
  /** PEM. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

// ── A session ───────────────────────────────────────────────────────────────────────────────────

export interface Session {
  readonly id: string
  readonly upstream: Upstream
  /** An operator ended the session, access ended, or the proxy stops. */
  readonly signal: AbortSignal

  /**
   * Whether a statement may run. It is in the journal's file before this answers that it may.
   * Answers synchronously when the policy alone decides; a held statement answers when people have
   * decided, or `gone` fires. Statements are numbered by the calls of this, from 0.
   */
  review(
    statement: Statement,
    context: StatementContext,
    gone: AbortSignal,
    asker: Asker,
  ): Answer | Promise<Answer>

  /**
   * What to hide in one result of a statement, or undefined when every column passes as it is.
   * `result` counts the SQL statements of the text from 0. `columns` is what the wire said.
   */
  masks(analysis: Analysis, result: number, columns: readonly Column[]): ResultMask | undefined

  /**
   * Before rows of a statement are shown, some at a time: undefined when they may be, which counts
   * them. Otherwise they wait for the answer, and are then asked about again or never shown.
   */
  flow(
    statement: number,
    rows: number,
    bytes: number,
    gone: AbortSignal,
  ): Promise<Answer> | undefined

  /**
   * Before something is shown that belongs to no statement and may come from anywhere: undefined when
   * it may be, which counts it as a row. Otherwise the session ends, for nobody can be asked about what
   * no statement waits for.
   */
  overhears(bytes: number): Refusal | undefined

  /** Grows when `masks` may answer otherwise than before: rules changed, or an exemption ended. */
  readonly maskVersion: number

  /** Whether errors, notices and the like of a statement may carry values to be hidden. */
  hidesDiagnostics(analysis: Analysis): boolean

  /**
   * Adds to the recording. A promise only when the recorder is full: wait for it before reading
   * more from either side.
   */
  record(event: SessionEvent): Promise<void> | undefined

  /** The client left, or the session was ended; `reason` is for the recording. */
  end(reason: string): Promise<void>
}

/** The client's side of a review. Asked only about a statement that is held: others pay nothing. */
export interface Asker {
  /** Reaches the client while it waits. */
  notify(text: string): void
  /** Why the client wants this statement, in its own words, as they came. */
  reasons(statement: Statement): StatedReasons
  /**
   * What a statement depends on in the schema as it was read: views, functions, tables, by their
   * names for people, each with a digest of its definition.
   */
  definitions(analysis: Analysis): ReadonlyMap<string, string>
  /**
   * The statement under review and its context, read anew over the schema as it is at the call or
   * later. Rejects when the schema cannot be read.
   */
  again(statement: Statement): Promise<Reading>
  /**
   * What that statement would touch, from a connection of our own; nothing of it runs. Never
   * rejects, and gives up when `gone` fires. Undefined: it runs already.
   */
  impact(reading: Reading, gone: AbortSignal): Promise<Impact | undefined>
  /** How a client of this protocol says why, in one sentence. */
  readonly reasonHelp: string
  /**
   * Whether the client says that this statement cannot wait for people, and why, where it says that
   * in the same place. Said in a setting of the session it is good for one statement: asking this
   * uses it up.
   */
  breaksGlass(statement: Statement): { readonly reason: string | undefined } | undefined
}

export interface StatedReasons {
  /** Beside the statement itself: in a comment. */
  readonly statement: string | undefined
  /** In a setting of the session. */
  readonly session: string | undefined
}

export interface Reading {
  readonly statement: Statement
  readonly context: StatementContext
  /** Why the server must not plan it. */
  readonly unplanned?: string | undefined
}

/** `analysis`: what runs, where it was read anew while it waited. */
export type Answer =
  | { readonly run: true; readonly analysis?: Analysis }
  | { readonly run: false; readonly refusal: Refusal }

export interface Refusal {
  /**
   * Why, for the protocol's own code: SQLSTATE or errno. `held`: nobody waits; once approved, the
   * same statement runs.
   */
  readonly code: 'denied' | 'held' | 'expired' | 'withdrawn' | 'unreadable' | 'unrecorded'
  /** One sentence. */
  readonly message: string
  /** Rule names, approval id; one line. */
  readonly detail: string | undefined
  /** What would pass. */
  readonly hint: string | undefined
}

/** What outside of the text changes what a statement means. Bound to an approval. */
export interface StatementContext {
  readonly transaction: 'idle' | 'open' | 'failed'
  /** The role that runs it, if the client changed it. */
  readonly role: string | undefined
  /** As known from the wire; undefined when it cannot be known. MySQL: the current database. */
  readonly searchPath: string | undefined
  /** Other settings that change what the text means, in one line: MySQL's sql_mode. */
  readonly settings?: string
  /** When its transaction was opened, in ms since 1970; absent: none is open. */
  readonly openedAt?: number | undefined
}

// ── A statement ─────────────────────────────────────────────────────────────────────────────────

/** One SQL text as it will run. */
export interface Statement {
  readonly text: string
  readonly analysis: Analysis
  /** In the protocol's text form; bytes where the type has none that we know. */
  readonly parameters: readonly Parameter[]
}

export type Parameter = string | Uint8Array | null

/**
 * What a text does, without its verdict. Cached and shared: the same object for every run of texts
 * that differ in nothing that matters, so that it can be a key in a WeakMap.
 */
export interface Analysis {
  /** For people: `SELECT`, `DELETE`, `CREATE TABLE`; several joined by `; `. */
  readonly tag: string
  readonly effects: readonly Effect[]
  /** One for each SQL statement in the text, in order. */
  readonly results: readonly ResultLineage[]
  /** Base columns that anything in the text depends on: outputs, predicates, order, writes. */
  readonly reads: readonly ColumnName[]
  /** Base columns whose values go somewhere else than to the client. */
  readonly moves: readonly ColumnMove[]
  /** How base columns are asked about without being shown. Absent: none is. */
  readonly predicates?: readonly ColumnPredicate[]
  /** Every relation named or reached, views followed, with all of its columns. */
  readonly relations: readonly RelationName[]
  /** The text with its literals replaced by `?`: what search and statistics may see. */
  readonly normalized: string
  /** Why the text could not be understood, if so; then `effects` has `unknown`. */
  readonly unreadable: string | undefined
}

export type EffectKind =
  | 'read'
  | 'insert'
  | 'update'
  | 'delete'
  | 'truncate'
  | 'create'
  | 'alter'
  | 'drop'
  | 'grant'
  | 'role'
  | 'setting'
  | 'export'
  | 'import'
  | 'execute'
  | 'lock'
  | 'maintain'
  | 'transaction'
  | 'unknown'

/** One thing that a statement does to one object. */
export interface Effect {
  readonly kind: EffectKind
  readonly object: ObjectName | undefined
  /** An UPDATE or DELETE that nothing narrows: no WHERE, or one that is true for every row. */
  readonly unfiltered?: true
  /** More about it, lower case, for rules and people: `program`, `file`, `do`, `superuser`. */
  readonly detail?: string
}

export interface ObjectName {
  /** Lower case: table, view, function, schema, database, role, setting, extension, … */
  readonly type: string
  readonly schema: string | undefined
  readonly name: string
}

/** A base column. Interned by the catalog: the same object for the same column of a version. */
export interface ColumnName {
  readonly schema: string
  readonly table: string
  readonly column: string
  /**
   * Only this part of the JSON document in the column, by constant keys from its root; one of
   * digits may be a position in an array, and known positions are left out. Interned, too.
   */
  readonly path?: readonly string[]
}

export interface RelationName {
  readonly schema: string
  readonly name: string
  readonly columns: readonly ColumnName[]
}

export interface ColumnMove {
  readonly from: ColumnName
  readonly to: ObjectName
  /**
   * The columns that hold it from then on, under all of their names; of a table that is being made
   * the schema may be empty: not known. Absent: any column of `to` may.
   */
  readonly into?: readonly ColumnName[]
  /** The value is moved unchanged. */
  readonly copy?: true
  /**
   * What was computed from the column is written into the column: it is as masked as before, but a
   * mask that keeps a part now keeps another.
   */
  readonly itself?: true
}

/** A column decides which rows there are, in what order or groups, or what the server does. */
export interface ColumnPredicate {
  readonly column: ColumnName
  readonly kind: PredicateKind
  /** Of equality: with how many constants it is compared; 0 for a join on keys. */
  readonly constants: number
  /** It is compared with the elements of a list, which the text or a parameter holds. */
  readonly list?: true
}

/** IS NULL and counting an unchanged column are none of these. */
export type PredicateKind =
  /** The unchanged column is equal to a constant, to one of several, or to another key. */
  | 'equality'
  /** It is before, after or between. */
  | 'range'
  /** LIKE, regular expressions, full text. */
  | 'pattern'
  /** Something computed from it is asked about. */
  | 'computed'
  /** With another column otherwise than for equality, or with values made up in the statement. */
  | 'comparison'
  /** GROUP BY, DISTINCT. */
  | 'group'
  /** ORDER BY. */
  | 'order'
  /** Whether the statement waits or fails depends on it. */
  | 'effect'

/**
 * Where the output columns of one SQL statement come from. `none`: it returns no rows.
 * `untraced`: it may return rows, and nothing may be said about them.
 */
export type ResultLineage = readonly OutputColumn[] | 'none' | 'untraced'

export interface OutputColumn {
  readonly name: string
  /** Every base column that can influence the value. */
  readonly sources: readonly ColumnName[]
  /** The value is that of its one source, unchanged. */
  readonly plain: boolean
  /** Known only for plain columns; COPY has no other description of its columns. */
  readonly type?: ValueType
  /** The same sources, with what they came through. Only StatementReader tells them. */
  readonly origins?: readonly Origin[]
}

/** A base column, or something on the way from base columns to an output. For people. */
export interface Origin {
  readonly kind: 'column' | 'view' | 'cte' | 'subquery' | 'function'
  /** `public.people.mail`, `recent.mail`, `public.mail_of()`. */
  readonly name: string
  /** What masking rules may name; absent: something that the statement itself made. */
  readonly column?: ColumnName
  /** What it is made of. */
  readonly behind: readonly Origin[]
  /** What is behind it is not repeated: it stands further up. */
  readonly again?: true
}

// ── What a statement would touch ────────────────────────────────────────────────────────────────

/** As far as it can be told without running it. Plain data: it is kept and shown as JSON. */
export interface Impact {
  /** Rows that it would write, or else show, as the server plans it. Absent: see `noEstimate`. */
  readonly rows?: number
  /** Why nobody can say how many rows; no full stop. */
  readonly noEstimate?: string
  /** What it names or reaches, views followed; those that hold rows. */
  readonly tables: readonly TableImpact[]
  readonly locks: readonly LockImpact[]
  /** Tables whose rows go, or change, because of foreign keys. */
  readonly cascades: readonly CascadeImpact[]
  /** `rollback`: until its transaction ends. */
  readonly undo: 'nothing' | 'rollback' | 'never'
  /** It commits what the open transaction did before it, too. */
  readonly commits?: true
  /** For how long the transaction that it runs in has been open. */
  readonly openMs?: number
}

export interface TableImpact {
  /** `schema.table`. */
  readonly table: string
  /** Of the whole table, by the server's statistics. */
  readonly rows?: number
  /** With its indexes. */
  readonly bytes?: number
  /** How the plan finds rows in it. */
  readonly access?: 'index' | 'whole'
  readonly index?: string
}

export interface LockImpact {
  readonly table: string
  /** In the server's words. */
  readonly mode: string
  /** What others cannot do to the table meanwhile. `rows`: write the same rows. */
  readonly blocks: 'rows' | 'definitions' | 'writes' | 'everything'
}

export interface CascadeImpact {
  readonly table: string
  readonly does: 'delete' | 'update' | 'truncate'
  /** Of the whole table. */
  readonly rows?: number
}

/** Reads statements of one database, for commands that have no client. */
export interface StatementReader {
  /** With the origins of what it gives. */
  read(text: string): Statement
  /**
   * What it would touch, for the user that we connect as; `unplanned`: why it must not be planned.
   * Never rejects.
   */
  impact(statement: Statement, unplanned?: string): Promise<Impact>
  close(): Promise<void>
}

/** The tables of one database, and some of what is in them. Nothing is changed by it. */
export interface Survey {
  /** Those that hold rows of their own and did not come with the server. */
  readonly tables: readonly SurveyedTable[]
  /**
   * Some rows, in the order of the table's columns, long values cut; null also where the type is
   * none that can be read. Rejects with UpstreamError when the server does not let it, or not soon.
   */
  sample(table: SurveyedTable, rowsMax: number): Promise<readonly (readonly (string | null)[])[]>
  close(): Promise<void>
}

export interface SurveyedTable {
  readonly schema: string
  readonly name: string
  readonly columns: readonly {
    readonly name: string
    /** The server's own name: `varchar`, `int8`. */
    readonly type: string
    readonly class: ValueClass
    readonly comment: string | undefined
  }[]
}

// ── A result ────────────────────────────────────────────────────────────────────────────────────

/** One column of a result, as the wire describes it. */
export interface Column {
  readonly name: string
  readonly type: ValueType
  /** Base columns behind the column that the server says it is; empty when it says none. */
  readonly origin: readonly ColumnName[]
}

export interface ValueType {
  readonly class: ValueClass
  /** The server's own name: `int4`, `varchar`, `_text`. */
  readonly name: string
  /** In characters, where the type has a bound: varchar(n), char(n). */
  readonly lengthMax: number | undefined
  /** What stands for a hidden value where that of the class would not be valid; null is NULL. */
  readonly redaction?: string | null
}

export type ValueClass =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'uuid'
  | 'json'
  | 'bytes'
  | 'array'
  | 'other'

/** By position. A column that passes as it is has undefined. Same length as the result's columns. */
export type ResultMask = readonly (CellMask | undefined)[]

/**
 * Values are in the protocol's text form, valid for the column's type; null is SQL NULL. Bytes are
 * `\x` and hexadecimal digits in every protocol.
 */
export type CellMask =
  /** Every cell, NULL included, becomes the same value. */
  | { readonly kind: 'constant'; readonly value: string | null; readonly rule: string }
  /** NULL stays NULL. Deterministic. */
  | {
      readonly kind: 'value'
      apply(value: string): string | null
      /** The same without a string, where the mask can. */
      readonly ascii?: AsciiMask | undefined
      readonly rule: string
    }

/**
 * Masks the bytes of `from` between `start` and `end` into `to` at `offset`, where there is room for
 * 8 more than it was given. Returns how many it wrote, or -1 when `apply` has to be asked: always
 * when a byte is not ASCII.
 */
export type AsciiMask = (
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  offset: number,
) => number

// ── A recording ─────────────────────────────────────────────────────────────────────────────────

/** What a protocol reports. Statements are recorded by `review` itself. */
export type SessionEvent =
  /** Bytes as the client was shown them, or as it sent them (COPY data). Copied by the recorder. */
  | { readonly type: 'frames'; readonly from: 'server' | 'client'; readonly bytes: Buffer }
  /** A statement's end: the nth of the session counted by review, from 0. */
  | {
      readonly type: 'statement.end'
      readonly statement: number
      readonly tag: string | undefined
      readonly rows: number
      readonly bytes: number
      /** SQLSTATE or errno when it failed. */
      readonly error: string | undefined
      /** Of the session: budgets that only observe, and what they would have done. */
      readonly observed?: readonly { readonly rule: string; readonly would: 'hold' | 'deny' }[]
    }
  /** Something was not recorded, and why. */
  | { readonly type: 'gap'; readonly reason: string; readonly bytes: number }

export interface RecordedFrames {
  readonly from: 'server' | 'client'
  /** Microseconds since the session's start. */
  readonly atUs: number
  readonly bytes: Buffer
}

/** Keeps what a frame cut over several pieces began with, and what the rows are that come now. */
export interface FrameDecoder {
  /** In the order recorded. What the decoder does not know it leaves out. */
  push(frames: RecordedFrames): readonly ResultEvent[]
}

/** What recorded frames mean. */
export type ResultEvent =
  | {
      readonly type: 'columns'
      readonly atUs: number
      readonly columns: readonly { readonly name: string; readonly type: string }[]
    }
  | { readonly type: 'row'; readonly atUs: number; readonly values: readonly (string | null)[] }
  | { readonly type: 'end'; readonly atUs: number; readonly tag: string }
  | {
      readonly type: 'error' | 'notice'
      readonly atUs: number
      readonly severity: string
      readonly code: string
      readonly message: string
      readonly detail: string | undefined
      readonly hint: string | undefined
    }
  | {
      readonly type: 'copy'
      readonly atUs: number
      readonly from: 'server' | 'client'
      readonly bytes: Buffer
    }
  | {
      readonly type: 'notification'
      readonly atUs: number
      readonly channel: string
      readonly payload: string
    }
