/** Rules that no configuration can do without. */
import type { Rule } from '../rule.ts'

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
