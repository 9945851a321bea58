/**
 * The rules that come with the program. Those of the preset are ordinary rules: a configuration
 * lifts them by name. They speak the words of `Effect.detail`, which the protocol's analysis uses.
 */
import {
  additiveAlterations,
  harmlessFunctions,
  harmlessSettings,
  revealingCatalogs,
} from './preset-lists.ts'
import type { PolicyConfig, Rule } from './rule.ts'

/**
 * What the proxy's own understanding depends on. In force whatever the preset, in mode `observe`
 * too, and not to be lifted.
 */
export const requiredRules: readonly Rule[] = [
  {
    name: 'client-encoding',
    action: 'deny',
    risk: 'high',
    effects: ['setting'],
    objects: ['setting:client_encoding'],
    exceptDetails: ['utf8', 'utf-8', 'utf_8', 'unicode', 'reset'],
    reason: 'Statements and results are read as UTF-8, so client_encoding must stay UTF8.',
    hint: 'Leave client_encoding at UTF8.',
  },
  {
    name: 'string-literals',
    action: 'deny',
    risk: 'high',
    effects: ['setting'],
    objects: ['setting:standard_conforming_strings'],
    exceptDetails: ['on', 'true', 'yes', '1', 'reset'],
    reason: 'String literals are read with standard_conforming_strings on, so it must stay on.',
    hint: "Write E'…' where a literal has backslash escapes.",
  },
  {
    name: 'client-character-set',
    action: 'deny',
    risk: 'high',
    effects: ['setting'],
    objects: ['setting:character_set_client'],
    details: ['*'],
    // What a variable holds shows once it is set: the session cannot go on if it is another one.
    exceptDetails: ['utf8mb4', 'utf8mb3', 'utf8', 'ascii', 'binary', 'reset', 'computed'],
    reason: 'Statements are read as UTF-8, so character_set_client must be utf8mb4.',
    hint: 'SET NAMES utf8mb4.',
  },
  {
    name: 'result-character-set',
    action: 'deny',
    risk: 'high',
    effects: ['setting'],
    objects: ['setting:character_set_results'],
    details: ['*'],
    exceptDetails: ['utf8mb4', 'utf8mb3', 'utf8', 'ascii', 'binary', 'null', 'reset', 'computed'],
    reason: 'Results are read as UTF-8, so character_set_results must be utf8mb4.',
    hint: 'SET NAMES utf8mb4.',
  },
  {
    name: 'result-metadata',
    action: 'deny',
    risk: 'high',
    effects: ['setting'],
    objects: ['setting:resultset_metadata'],
    details: ['*'],
    exceptDetails: ['full', 'reset'],
    reason: 'A result is masked by what the server says of its columns, so it must say it.',
    hint: 'Leave resultset_metadata at FULL.',
  },
  {
    name: 'sql-dialect',
    action: 'deny',
    risk: 'high',
    effects: ['setting'],
    objects: ['setting:sql_mode'],
    details: ['dialect'],
    reason: 'Statements of another dialect cannot be read, so sql_mode must not name one.',
    hint: 'Leave ORACLE, MSSQL and DB2 out of sql_mode.',
  },
]

const recommended: readonly Rule[] = [
  { name: 'session-control', action: 'allow', effects: ['transaction'] },
  { name: 'harmless-settings', action: 'allow', effects: ['setting'], objects: harmlessSettings },
  {
    name: 'temporary-tables',
    action: 'allow',
    effects: ['read', 'insert', 'update', 'delete', 'truncate', 'create', 'alter', 'drop'],
    objects: ['pg_temp*.*', 'temporary table:*'],
    lifts: ['unfiltered-write', 'truncate', 'drop', 'alter-loses-data', 'alter', 'rename'],
  },

  // Data that is gone afterwards.
  {
    name: 'unfiltered-write',
    action: 'hold',
    risk: 'high',
    effects: ['update', 'delete'],
    unfiltered: true,
    reason: '{effect} on {object} has no WHERE clause that narrows it and would touch every row.',
    hint: 'Add a WHERE clause that narrows it.',
  },
  {
    name: 'truncate',
    action: 'hold',
    risk: 'high',
    effects: ['truncate'],
    reason: 'TRUNCATE would remove every row of {object}.',
    hint: 'Use DELETE with a WHERE clause that narrows it.',
  },
  {
    name: 'drop',
    action: 'hold',
    risk: 'high',
    effects: ['drop'],
    exceptObjects: ['session:*'],
    reason: '{effect} would remove {object} for good.',
  },
  {
    name: 'alter-loses-data',
    action: 'hold',
    risk: 'high',
    effects: ['alter'],
    details: ['lossy', 'restart'],
    reason: '{effect} {object} ({detail}) may lose data, or what protects it.',
    hint: 'An ALTER that only adds passes.',
  },

  // What other statements, masks and rules rely on.
  {
    name: 'rename',
    action: 'hold',
    risk: 'high',
    effects: ['alter'],
    details: ['rename*', 'schema', 'attach', 'add inherit', 'inherit'],
    reason: '{effect} {object} ({detail}) would take it from under the rules that name it.',
  },
  {
    name: 'alter',
    action: 'hold',
    risk: 'medium',
    effects: ['alter'],
    exceptDetails: [...additiveAlterations, 'lossy'],
    reason: '{effect} {object} changes something that others rely on.',
    hint: 'An ALTER that only adds passes.',
  },
  {
    name: 'new-code',
    action: 'hold',
    risk: 'high',
    effects: ['create', 'alter'],
    details: ['code'],
    reason: '{effect} {object} puts code into the database that would run later.',
  },
  {
    name: 'replaced-view',
    action: 'hold',
    risk: 'medium',
    effects: ['create'],
    objects: ['view:*'],
    details: ['replace'],
    reason: 'The view {object} would show something else to everybody who reads it.',
    hint: 'Create a view with another name.',
  },
  {
    name: 'view-of-masked-data',
    action: 'hold',
    risk: 'medium',
    effects: ['create'],
    objects: ['view:*'],
    readsMasked: true,
    reason: 'The view {object} would show {columns}, which are masked for you.',
    hint: 'Leave the masked columns out.',
  },
  {
    name: 'masked-data-moved',
    action: 'hold',
    risk: 'high',
    movesMasked: true,
    reason: 'Values of {columns}, which are masked for you, would be written somewhere else.',
    hint: 'Leave the masked columns out.',
  },

  // Who may do what.
  {
    name: 'privileges',
    action: 'hold',
    risk: 'high',
    effects: ['grant'],
    reason: 'The statement changes who may do what with {object} ({detail}).',
  },
  {
    name: 'row-security',
    action: 'hold',
    risk: 'high',
    effects: ['create', 'alter'],
    details: ['policy'],
    reason: 'The statement changes which rows of {object} others see.',
  },
  {
    name: 'role-change',
    action: 'hold',
    risk: 'high',
    effects: ['role'],
    exceptDetails: ['reset'],
    reason: 'The statement changes a role, or the role that statements run as ({detail}).',
  },
  {
    name: 'weakening-setting',
    action: 'hold',
    risk: 'medium',
    effects: ['setting'],
    exceptObjects: harmlessSettings,
    // `on`: it protects something, and does so from now on.
    exceptDetails: ['reset', 'on'],
    reason: 'The setting {object} is not one of those known to be harmless.',
  },
  {
    name: 'lasting-setting',
    action: 'hold',
    risk: 'high',
    effects: ['setting', 'alter'],
    details: ['system', 'kept', 'setting'],
    reason: 'The setting {object} would be kept for sessions to come.',
    hint: 'SET it for this session.',
  },

  // The server's machine, its network, and other sessions.
  {
    name: 'server-file-read',
    action: 'deny',
    risk: 'high',
    effects: ['read', 'import'],
    details: ['file'],
    reason: "The statement would read a file of the server's machine.",
    hint: 'Send the data from the client: COPY … FROM STDIN, or INSERT.',
  },
  {
    name: 'client-file',
    action: 'deny',
    risk: 'high',
    effects: ['import'],
    details: ['local'],
    reason: "The statement would have the server ask for a file of the client's machine.",
    hint: 'INSERT the rows.',
  },
  {
    name: 'server-program',
    action: 'hold',
    risk: 'high',
    effects: ['export', 'import'],
    details: ['program'],
    reason: "The statement would run a program on the server's machine.",
    hint: 'Use COPY … FROM STDIN or TO STDOUT.',
  },
  {
    name: 'server-file-write',
    action: 'hold',
    risk: 'high',
    effects: ['export', 'create', 'execute'],
    details: ['file'],
    reason: "The statement would write, or load, a file of the server's machine.",
    hint: 'Send the data to the client: COPY … TO STDOUT, or SELECT.',
  },
  {
    name: 'replication',
    action: 'deny',
    risk: 'high',
    effects: ['execute'],
    details: ['replication'],
    reason: '{object} reads or controls replication, which shows every change unmasked.',
  },
  {
    name: 'outside-world',
    action: 'hold',
    risk: 'high',
    effects: ['export', 'import', 'create', 'alter', 'execute'],
    details: ['foreign', 'replication', 'dblink'],
    reason: 'The statement connects {object} with another server ({detail}).',
  },
  {
    name: 'large-objects',
    action: 'hold',
    risk: 'medium',
    effects: ['read', 'insert', 'update', 'create', 'drop', 'alter', 'export', 'import'],
    details: ['large object'],
    reason: '{object} works with large objects, whose content is not masked.',
  },
  {
    name: 'revealing-catalogs',
    action: 'hold',
    risk: 'medium',
    effects: ['read'],
    objects: revealingCatalogs,
    reason: "{object} shows values of tables, other sessions' statements, or secrets.",
  },
  {
    name: 'server-control',
    action: 'hold',
    risk: 'high',
    effects: ['execute', 'update', 'maintain'],
    details: ['terminate', 'cancel', 'server', 'backup', 'catalog', 'checkpoint'],
    reason: '{object} acts on the server or on other sessions ({detail}).',
  },
  {
    name: 'server-statistics',
    action: 'hold',
    risk: 'medium',
    effects: ['update'],
    details: ['statistics'],
    reason: '{object} changes what the server knows about itself.',
  },

  // What cannot be known beforehand.
  {
    name: 'unknown-function',
    action: 'hold',
    risk: 'medium',
    effects: ['execute'],
    details: ['unknown', 'volatile'],
    exceptObjects: harmlessFunctions,
    exceptDetails: ['sql'],
    reason: '{object} is a function of which it is not known what it does ({detail}).',
  },
  {
    name: 'dynamic-code',
    action: 'hold',
    risk: 'high',
    effects: ['execute'],
    details: ['do', 'dynamic', 'opaque'],
    exceptObjects: harmlessFunctions,
    reason: '{object} runs code that cannot be read beforehand ({detail}).',
  },
  {
    name: 'unreadable',
    action: 'hold',
    risk: 'high',
    effects: ['unknown'],
    reason: 'The statement could not be understood: {why}.',
    hint: 'Write it in a simpler form, or in several statements.',
  },
]

export function presetRules(preset: PolicyConfig['preset']): readonly Rule[] {
  return preset === 'recommended' ? recommended : []
}

/** Names that a configuration cannot give to rules of its own. */
export const reservedRuleNames: ReadonlySet<string> = new Set([
  'default',
  'unreadable',
  ...requiredRules.map(rule => rule.name),
  ...recommended.map(rule => rule.name),
])
