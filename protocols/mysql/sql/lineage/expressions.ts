/**
 * What an expression's value depends on. The kinds of nodes are closed: what is not among them makes
 * the value untraced, never clean.
 * https://dev.mysql.com/doc/refman/9.7/en/expressions.html
 */
import type { ColumnReference, Expression } from '../ast.ts'
import { functionCall, lastInsertId, sequenceValue } from './calls.ts'
import { type Conditions, wholly } from './conditions.ts'
import type { Context } from './context.ts'
import { extractedByArrow } from './json-path.ts'
import { findName, findQualified, proposedItem, rowsWith, type Scope } from './scope.ts'
import { anyOf, type Columns, clean, derive, isConstant, untraced, type Value } from './value.ts'

export function expressionValue(node: Expression, scope: Scope, context: Context): Value {
  const union = (...parts: readonly (Expression | undefined)[]): Value =>
    derive(context.values(parts, scope))
  switch (node.kind) {
    case 'literal':
      return clean
    case 'default':
      return node.column === undefined ? clean : defaultOf(node.column, scope)
    case 'parameter':
      return context.parameters
    case 'column':
      return columnReference(node, scope)
    case 'star':
      // The argument of COUNT(*).
      return clean
    case 'userVariable':
      return context.variable(node.name)
    case 'systemVariable':
      return context.variable(node.name === 'identity' ? lastInsertId : `@@${node.name}`)
    case 'assign': {
      const value = context.value(node.value, scope)
      context.assign(node.target.name, value)
      return derive([value])
    }
    case 'unary':
      return union(node.operand)
    case 'operation':
      return union(...node.operands)
    case 'between':
      return union(node.operand, node.low, node.high)
    case 'in':
      return node.query === undefined
        ? union(node.operand, ...(node.list ?? []))
        : tested([node.operand], context.query(node.query, scope), scope, context)
    case 'like':
      return union(node.operand, node.pattern, node.escape)
    case 'is':
      return node.value === 'null'
        ? context.drop(context.value(node.operand, scope))
        : union(node.operand)
    case 'quantified':
      return tested([node.operand], context.query(node.query, scope), scope, context)
    case 'exists': {
      const { columns, conditions } = context.query(node.query, scope)
      context.touch(anyOf(columns))
      return wholly(conditions)
    }
    case 'subquery': {
      const { columns, conditions } = context.query(node.query, scope)
      return subqueryValue(onlyOf(columns), conditions)
    }
    case 'row':
      return union(...node.items)
    case 'case':
      return union(
        node.operand,
        ...node.branches.flatMap(branch => [branch.when, branch.then]),
        node.otherwise,
      )
    case 'cast':
    case 'convertUsing':
    case 'collate':
      return union(node.operand)
    case 'interval':
      return union(node.amount)
    case 'call':
      return functionCall(node, scope, context)
    case 'match':
      return union(...node.columns, node.against)
    case 'jsonArrow':
      return extractedByArrow(node.path, context.value(node.column, scope))
    case 'valuesColumn':
      return proposedColumn(node.column, scope)
    case 'sequence':
      return sequenceValue(node, scope, context)
    default:
      return untraced
  }
}

function columnReference({ schema, table, name }: ColumnReference, scope: Scope): Value {
  if (table === undefined) return findName(scope, name)
  return findQualified(scope, schema, table, name)
}

/** It may be computed from any other column of the row. */
function defaultOf({ schema, table, name }: ColumnReference, scope: Scope): Value {
  const rows = rowsWith(scope, schema, table, name)
  return rows.length === 0 ? untraced : derive(rows.map(anyOf))
}

function proposedColumn({ name }: ColumnReference, scope: Scope): Value {
  return findQualified(scope, undefined, proposedItem, name)
}

function tested(
  operands: readonly Expression[],
  { columns, conditions }: { columns: Columns; conditions: Conditions },
  scope: Scope,
  context: Context,
): Value {
  return derive([...context.values(operands, scope), anyOf(columns), wholly(conditions)])
}

function onlyOf(columns: Columns): Value {
  const [first, ...others] = columns.fields
  return first !== undefined && others.length === 0 && columns.rest === undefined
    ? first.value
    : anyOf(columns)
}

/**
 * Its column decides the value, and so does what is asked of other columns to find the row; looking
 * it up by a key adds nothing. One that shows no column can only be there to show whether its
 * conditions hold.
 */
function subqueryValue(column: Value, conditions: Conditions): Value {
  if (isConstant(column)) return wholly(conditions)
  if (!isConstant(conditions.asked)) return derive([column, conditions.asked])
  return column
}
