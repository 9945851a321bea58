/**
 * Sums, differences and products that may be out of range, which is an error: beside something large,
 * or unsigned, whether it comes tells how large the value of a column is.
 * https://dev.mysql.com/doc/refman/9.7/en/out-of-range-and-overflow.html
 */
import type { Expression, Literal, Operation } from '../ast.ts'
import { folded } from '../names.ts'
import { isCopy, type Value } from './value.ts'

/** Of all constants in it together: no column that holds a sum of money or an id comes that far. */
const digitsMax = 6

/** Whether the operation may fail for being out of range. `read` gives the value of an operand. */
export function overflows(node: Operation, read: (node: Expression) => Value): boolean {
  return node.operators.some(each => exact.has(each)) && digitsOf(node, read) > digitsMax
}

const exact: ReadonlySet<string> = new Set(['+', '-', '*'])
const divides: ReadonlySet<string> = new Set(['/', '%', 'div', 'mod'])
/** What gives a BIGINT UNSIGNED, which may not become negative. */
const ofBits: ReadonlySet<string> = new Set(['&', '|', '^', '<<', '>>'])

/** How many digits it may have beyond those of the columns in it. */
function digitsOf(node: Expression, read: (node: Expression) => Value): number {
  const all = (nodes: readonly Expression[]): number =>
    nodes.reduce((sum, each) => sum + digitsOf(each, read), 0)
  switch (node.kind) {
    case 'literal':
      return literalDigits(node)
    case 'column':
      return isCopy(read(node)) ? 0 : Infinity
    case 'unary':
      return node.operator === '~' ? Infinity : digitsOf(node.operand, read)
    case 'operation':
      if (node.operators.some(each => ofBits.has(each))) return Infinity
      return node.operators.some(each => exact.has(each) || divides.has(each))
        ? all(node.operands)
        : 0
    case 'call': {
      const name = folded(node.name)
      if (small.has(name)) return 0
      return asLarge.has(name) ? all(node.args) : Infinity
    }
    case 'case':
      return all([...node.branches.map(({ then }) => then), ...given(node.otherwise)])
    case 'interval':
      return digitsOf(node.amount, read)
    case 'cast':
      return /^unsigned\b/.test(node.type) ? Infinity : digitsOf(node.operand, read)
    case 'is':
    case 'in':
    case 'between':
    case 'like':
    case 'exists':
      return 0
    default:
      return Infinity
  }
}

function given(node: Expression | undefined): readonly Expression[] {
  return node === undefined ? [] : [node]
}

function literalDigits({ type, value }: Literal): number {
  if (type === 'hex' || type === 'bit' || type === 'float') return Infinity
  if (type === 'string' && /\d\s*e/i.test(value)) return Infinity
  return value.replace(/\D/g, '').length
}

/** Numbers that are small whatever they are given. */
const small: ReadonlySet<string> = new Set([
  ...['ascii', 'bit_length', 'char_length', 'character_length', 'count', 'curdate', 'current_date'],
  ...['current_timestamp', 'curtime', 'datediff', 'day', 'dayofmonth', 'dayofweek', 'dayofyear'],
  ...[
    'dense_rank',
    'extract',
    'field',
    'find_in_set',
    'hour',
    'instr',
    'isnull',
    'json_depth',
    'json_length',
  ],
  ...['length', 'locate', 'microsecond', 'minute', 'month', 'now', 'octet_length', 'ord'],
  ...['position', 'quarter', 'rank', 'row_number', 'second', 'sign', 'strcmp', 'timestampdiff'],
  ...['week', 'weekday', 'weekofyear', 'year', 'yearweek'],
])

/** Those that are not larger than what they are given. */
const asLarge: ReadonlySet<string> = new Set([
  ...['abs', 'avg', 'ceil', 'ceiling', 'coalesce', 'floor', 'greatest', 'ifnull', 'least', 'max'],
  ...['min', 'nullif', 'nvl', 'round', 'sum', 'truncate'],
])
