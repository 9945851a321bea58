/** A statement's kind for people, as the command tag says it: `SELECT`, `CREATE TABLE`. */

import { objectType } from './effects/objects.ts'
import { as, kindOf, type Node } from './tree.ts'

export function tagOf(node: Node): string {
  const kind = kindOf(node)
  const named = kind === undefined ? undefined : tags[kind]
  if (named !== undefined) return named
  const copy = as(node, 'CopyStmt')
  if (copy !== undefined) return copy.is_from === true ? 'COPY FROM' : 'COPY TO'
  const drop = as(node, 'DropStmt')
  if (drop !== undefined) return `DROP ${objectType(drop.removeType).toUpperCase()}`
  const grant = as(node, 'GrantStmt') ?? as(node, 'GrantRoleStmt')
  if (grant !== undefined) return grant.is_grant === true ? 'GRANT' : 'REVOKE'
  const transaction = as(node, 'TransactionStmt')
  if (transaction !== undefined) return transactionTag(transaction.kind ?? '')
  const alter = as(node, 'AlterTableStmt')
  if (alter !== undefined) return `ALTER ${objectType(alter.objtype).toUpperCase()}`
  const rename = as(node, 'RenameStmt')
  if (rename !== undefined) {
    const type = rename.renameType === 'OBJECT_COLUMN' ? rename.relationType : rename.renameType
    return `ALTER ${objectType(type).toUpperCase()}`
  }
  const moved = as(node, 'AlterObjectSchemaStmt') ?? as(node, 'AlterOwnerStmt')
  if (moved !== undefined) return `ALTER ${objectType(moved.objectType).toUpperCase()}`
  const made = as(node, 'CreateTableAsStmt')
  if (made !== undefined) return `CREATE ${objectType(made.objtype).toUpperCase()} AS`
  const defined = as(node, 'DefineStmt')
  if (defined !== undefined) return `CREATE ${objectType(defined.kind).toUpperCase()}`
  const routine = as(node, 'CreateFunctionStmt')
  if (routine !== undefined)
    return routine.is_procedure === true ? 'CREATE PROCEDURE' : 'CREATE FUNCTION'
  const set = as(node, 'VariableSetStmt')
  if (set !== undefined)
    return set.kind === 'VAR_RESET' || set.kind === 'VAR_RESET_ALL' ? 'RESET' : 'SET'
  if (as(node, 'FetchStmt')?.ismove === true) return 'MOVE'
  const vacuum = as(node, 'VacuumStmt')
  if (vacuum !== undefined) return vacuum.is_vacuumcmd === true ? 'VACUUM' : 'ANALYZE'
  return spelled(kind ?? 'unknown')
}

function transactionTag(kind: string): string {
  if (kind === 'TRANS_STMT_START') return 'START TRANSACTION'
  return kind.replace('TRANS_STMT_', '').replaceAll('_', ' ')
}

/** CreateSchemaStmt → CREATE SCHEMA. */
function spelled(kind: string): string {
  return kind
    .replace(/Stmt$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()
}

const tags: Readonly<Record<string, string>> = {
  SelectStmt: 'SELECT',
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
  CreateStmt: 'CREATE TABLE',
  ViewStmt: 'CREATE VIEW',
  IndexStmt: 'CREATE INDEX',
  CreateSeqStmt: 'CREATE SEQUENCE',
  CreateTrigStmt: 'CREATE TRIGGER',
  CreateEventTrigStmt: 'CREATE EVENT TRIGGER',
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  RuleStmt: 'CREATE RULE',
  CreateAmStmt: 'CREATE ACCESS METHOD',
  CreateStatsStmt: 'CREATE STATISTICS',
  AlterStatsStmt: 'ALTER STATISTICS',
  AlterEventTrigStmt: 'ALTER EVENT TRIGGER',
  AlterForeignServerStmt: 'ALTER SERVER',
  CreatePLangStmt: 'CREATE LANGUAGE',
  CreateOpClassStmt: 'CREATE OPERATOR CLASS',
  CreateOpFamilyStmt: 'CREATE OPERATOR FAMILY',
  CompositeTypeStmt: 'CREATE TYPE',
  CreateEnumStmt: 'CREATE TYPE',
  CreateRangeStmt: 'CREATE TYPE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  CreateFdwStmt: 'CREATE FOREIGN DATA WRAPPER',
  CreateForeignServerStmt: 'CREATE SERVER',
  AlterSeqStmt: 'ALTER SEQUENCE',
  AlterEnumStmt: 'ALTER TYPE',
  AlterRoleSetStmt: 'ALTER ROLE',
  AlterDatabaseSetStmt: 'ALTER DATABASE',
  AlterSystemStmt: 'ALTER SYSTEM',
  VariableShowStmt: 'SHOW',
  ConstraintsSetStmt: 'SET CONSTRAINTS',
  DeclareCursorStmt: 'DECLARE CURSOR',
  ClosePortalStmt: 'CLOSE',
  RefreshMatViewStmt: 'REFRESH MATERIALIZED VIEW',
  CheckPointStmt: 'CHECKPOINT',
  SecLabelStmt: 'SECURITY LABEL',
  TruncateStmt: 'TRUNCATE',
}
