/**
 * Sums, differences and products that may be out of range, which is an error: beside something large
 * whether it comes tells how large the value of a column is.
 * https://www.postgresql.org/docs/current/datatype-numeric.html
 */
import { as, constantOf, type FieldsOf, kindOf, type Node, nameOf } from '../tree.ts'
import { isCopy, type Value } from './value.ts'

type Operation = FieldsOf<'A_Expr'>

/** Of all constants in it together; an integer has room for about four beside a usual value. */
const digitsMax = 4

/** Whether the operation may fail for being out of range. `read` gives the value of an operand. */
export function overflows(operation: Operation, read: (node: Node) => Value): boolean {
  if (operation.kind !== 'AEXPR_OP') return false
  const operator = nameOf(operation.name).at(-1) ?? ''
  if (operator === '^') return true
  return exact.has(operator) && operationDigits(operation, read) > digitsMax
}

const exact: ReadonlySet<string> = new Set(['+', '-', '*'])
const divides: ReadonlySet<string> = new Set(['/', '%'])
/** They give something that fits whatever they are given: conditions, texts, parts of documents. */
const fitting: ReadonlySet<string> = new Set([
  ...['=', '<>', '!=', '<', '>', '<=', '>=', '||', '->', '->>', '#>', '#>>', '~', '~~', '@>', '<@'],
])

function operationDigits({ kind, name, lexpr, rexpr }: Operation, read: Read): number {
  if (kind !== 'AEXPR_OP') return 0
  const operator = nameOf(name).at(-1) ?? ''
  if (fitting.has(operator)) return 0
  const known = exact.has(operator) || divides.has(operator)
  return known ? allDigits([lexpr, rexpr], read) : Infinity
}

type Read = (node: Node) => Value

function allDigits(nodes: readonly (Node | undefined)[], read: Read): number {
  let sum = 0
  for (const node of nodes) if (node !== undefined) sum += digitsOf(node, read)
  return sum
}

/** How many digits it may have beyond those of the columns in it. */
function digitsOf(node: Node, read: Read): number {
  switch (kindOf(node)) {
    case 'A_Const':
      return constantDigits(constantOf(node) ?? '')
    case 'ColumnRef':
    case 'A_Indirection':
      return isCopy(read(node)) ? 0 : Infinity
    case 'A_Expr':
      return operationDigits(as(node, 'A_Expr') ?? {}, read)
    case 'TypeCast':
      return allDigits([as(node, 'TypeCast')?.arg], read)
    case 'FuncCall':
      return callDigits(as(node, 'FuncCall') ?? {}, read)
    case 'CoalesceExpr':
      return allDigits(as(node, 'CoalesceExpr')?.args ?? [], read)
    case 'MinMaxExpr':
      return allDigits(as(node, 'MinMaxExpr')?.args ?? [], read)
    case 'CaseExpr': {
      const { args = [], defresult } = as(node, 'CaseExpr') ?? {}
      const results = args.map(each => as(each, 'CaseWhen')?.result)
      return allDigits([...results, defresult], read)
    }
    case 'BoolExpr':
    case 'BooleanTest':
    case 'NullTest':
    case 'SQLValueFunction':
      return 0
    default:
      return Infinity
  }
}

function callDigits({ funcname, args }: FieldsOf<'FuncCall'>, read: Read): number {
  const name = nameOf(funcname).at(-1) ?? ''
  if (small.has(name)) return 0
  return asLarge.has(name) ? allDigits(args ?? [], read) : Infinity
}

function constantDigits(text: string): number {
  return /\d\s*e/i.test(text) ? Infinity : text.replace(/\D/g, '').length
}

/** What they give is small, or far from any bound, whatever they are given. */
const small: ReadonlySet<string> = new Set([
  ...['age', 'array_length', 'ascii', 'bit_length', 'cardinality', 'char_length', 'count'],
  ...['character_length', 'clock_timestamp', 'date_part', 'date_trunc', 'dense_rank', 'extract'],
  ...['jsonb_array_length', 'length', 'now', 'octet_length', 'position', 'rank', 'row_number'],
  ...['sign', 'statement_timestamp', 'strpos', 'transaction_timestamp'],
])

/** Those that are not larger than what they are given; sums have a wider type. */
const asLarge: ReadonlySet<string> = new Set([
  ...['abs', 'avg', 'ceil', 'ceiling', 'floor', 'max', 'min', 'round', 'sum', 'trunc'],
])
