import t from 'tap'
import { hidesDiagnostics } from '../../masking/diagnostics.ts'
import {
  maskedMoves,
  maskedReads,
  resultMask,
  UNTRACED_RULE,
} from '../../masking/lineage-to-mask.ts'
import { compileRules, type MaskingRule } from '../../masking/rules.ts'
import { valueType } from '../../protocols/postgres/values.ts'
import type {
  Analysis,
  CellMask,
  Column,
  ColumnName,
  OutputColumn,
  ResultMask,
} from '../../protocols/protocol.ts'

const RULES: MaskingRule[] = [
  { name: 'emails', columns: ['*.*.email'], mask: { kind: 'email' } },
  { name: 'salaries', columns: ['*.*.salary'], mask: { kind: 'generalize', bucket: 1000 } },
]
const rules = compileRules(RULES, Buffer.alloc(32, 7))
const masker = rules.masker({ name: 'anna', groups: [] }, 'shop')
const inactive = compileRules([], Buffer.alloc(32, 7)).masker({ name: 'anna', groups: [] }, 'shop')

const email: ColumnName = { schema: 'public', table: 'customers', column: 'email' }
const salary: ColumnName = { schema: 'public', table: 'employees', column: 'salary' }
const id: ColumnName = { schema: 'public', table: 'customers', column: 'id' }

function output(plain: boolean, ...sources: ColumnName[]): OutputColumn {
  return { name: 'c', sources, plain }
}

function column(typeName: string, ...origin: ColumnName[]): Column {
  return { name: 'c', type: valueType(typeName, -1), origin }
}

function shown(mask: ResultMask | undefined, value: string): (string | null | undefined)[] {
  const apply = (cell: CellMask | undefined) =>
    cell === undefined ? undefined : cell.kind === 'constant' ? cell.value : cell.apply(value)
  return mask?.map(apply) ?? []
}

t.test('a plain masked column gets the mask of its rule, others pass', t => {
  const mask = resultMask(
    masker,
    [output(true, id), output(true, email), output(true, salary)],
    [column('int4', id), column('text', email), column('numeric', salary)],
  )
  t.strictSame(
    mask?.map(cell => cell?.rule),
    [undefined, 'emails', 'salaries'],
  )
  t.strictSame(
    mask?.map(cell => cell?.kind),
    [undefined, 'value', 'value'],
  )
  t.strictSame(shown(mask, 'anna@example.com'), [undefined, 'a***@example.com', '0'])
  t.end()
})

t.test('nothing is hidden when nothing depends on a masked column, or no rule applies', t => {
  t.equal(resultMask(masker, [output(true, id)], [column('int4', id)]), undefined)
  t.equal(resultMask(masker, [output(false)], [column('int4')]), undefined)
  t.equal(resultMask(masker, 'none', []), undefined)
  t.equal(resultMask(inactive, 'untraced', [column('text', email)]), undefined)
  t.end()
})

t.test('any other dependence gets one constant, NULL included', t => {
  const columns = [column('text'), column('jsonb'), column('int8'), column('mood')]
  const mask = resultMask(
    masker,
    columns.map(() => output(false, id, email)),
    columns,
  )
  t.strictSame(
    mask?.map(cell => cell?.kind),
    Array(4).fill('constant'),
  )
  t.strictSame(shown(mask, 'x'), ['[redacted]', '"[redacted]"', '0', null])
  t.end()
})

t.test('what cannot be traced is redacted as a whole', t => {
  const columns = [column('text'), column('int4', id)]
  for (const lineage of ['untraced', 'none', [], [output(true, id)]] as const) {
    const mask = resultMask(masker, lineage, columns)
    t.strictSame(shown(mask, 'x'), ['[redacted]', '0'])
    t.equal(mask?.[0]?.rule, UNTRACED_RULE)
  }
  t.end()
})

t.test('when the tree and the wire disagree, the stricter wins', t => {
  const missed = resultMask(masker, [output(true, id)], [column('text', email)])
  t.strictSame(
    missed?.map(cell => cell?.kind),
    ['constant'],
    'the tree missed a masked column',
  )
  const other = resultMask(masker, [output(true, email)], [column('text', salary)])
  t.strictSame(
    other?.map(cell => cell?.kind),
    ['constant'],
    'the tree named another one',
  )
  const silent = resultMask(masker, [output(true, email)], [column('text')])
  t.strictSame(shown(silent, 'anna@example.com'), ['a***@example.com'], 'the wire says nothing')
  const renewed = resultMask(masker, [output(true, email)], [column('text', { ...email })])
  t.strictSame(
    renewed?.map(cell => cell?.kind),
    ['value'],
    'the same column of a newer catalog',
  )
  t.end()
})

t.test('parents and children under one mask keep it, under different masks they do not', t => {
  const child: ColumnName = { schema: 'public', table: 'customers_eu', column: 'email' }
  const plain: ColumnName = { schema: 'public', table: 'customers_us', column: 'mail' }
  const both = resultMask(
    masker,
    [output(true, child, email, plain)],
    [column('text', child, email)],
  )
  t.strictSame(
    both?.map(cell => cell?.kind),
    ['value'],
  )
  const mixed = resultMask(masker, [output(true, email, salary)], [column('text')])
  t.strictSame(
    mixed?.map(cell => cell?.kind),
    ['constant'],
  )
  t.end()
})

t.test('cell masks are made once for a rule and a type', t => {
  const one = resultMask(masker, [output(true, email)], [column('text')])
  const two = resultMask(masker, [output(true, { ...email })], [column('text')])
  t.equal(one?.[0], two?.[0])
  t.end()
})

const NOTHING: Analysis = {
  tag: 'SELECT',
  effects: [],
  results: [[]],
  reads: [],
  moves: [],
  relations: [],
  normalized: '',
  unreadable: undefined,
}

t.test('masked reads and moves are those of masked columns', t => {
  const to = { type: 'table', schema: 'public', name: 'copy' }
  const analysis: Analysis = {
    ...NOTHING,
    reads: [id, email, salary],
    moves: [
      { from: id, to },
      { from: email, to },
    ],
  }
  t.strictSame(maskedReads(masker, analysis), [email, salary])
  t.strictSame(maskedMoves(masker, analysis), [{ from: email, to }])
  t.equal(maskedReads(masker, analysis), maskedReads(masker, analysis), 'found once')
  t.strictSame(maskedReads(inactive, analysis), [])
  t.end()
})

t.test('a column computed from itself counts unless its mask shows nothing of it', t => {
  const to = { type: 'table', schema: 'public', name: 'customers' }
  const moves = [{ from: email, to, itself: true }] as const
  const movesUnder = (mask: MaskingRule['mask']): number => {
    const compiled = compileRules([{ name: 'r', columns: ['*.*.email'], mask }], Buffer.alloc(32))
    const own = compiled.masker({ name: 'anna', groups: [] }, 'shop')
    return maskedMoves(own, { ...NOTHING, moves }).length
  }
  t.equal(movesUnder({ kind: 'redact' }), 0)
  t.equal(movesUnder({ kind: 'null' }), 0)
  t.equal(movesUnder({ kind: 'email' }), 1, 'the local part could become the domain')
  t.equal(movesUnder({ kind: 'partial', first: 1, last: 0 }), 1)
  t.equal(movesUnder({ kind: 'generalize', bucket: 10 }), 1)
  t.equal(movesUnder({ kind: 'tokenize' }), 1, 'a token of a part can be compared')
  t.equal(movesUnder({ kind: 'hash' }), 1)
  t.end()
})

t.test('diagnostics are hidden when they may carry masked values', t => {
  const hides = (more: Partial<Analysis>) => hidesDiagnostics(masker, { ...NOTHING, ...more })
  const relation = (...columns: ColumnName[]) => ({ schema: 'public', name: 't', columns })
  t.notOk(hides({}))
  t.notOk(hides({ relations: [relation(id)] }))
  t.ok(hides({ relations: [relation(id), relation(id, email)] }), 'a relation with a masked column')
  t.ok(hides({ reads: [email] }))
  t.ok(hides({ moves: [{ from: email, to: { type: 'file', schema: undefined, name: 'x' } }] }))
  t.ok(hides({ unreadable: 'a syntax error' }))
  t.ok(hides({ results: [[], 'untraced'] }))
  t.ok(hides({ effects: [{ kind: 'unknown', object: undefined }] }))
  t.ok(
    hides({
      effects: [{ kind: 'execute', object: { type: 'function', schema: 'public', name: 'f' } }],
    }),
  )
  t.notOk(
    hides({
      effects: [
        { kind: 'execute', object: { type: 'function', schema: 'pg_catalog', name: 'now' } },
      ],
    }),
  )
  for (const detail of ['dynamic', 'call opaque'])
    t.ok(
      hides({
        effects: [
          {
            kind: 'execute',
            object: { type: 'function', schema: 'pg_catalog', name: 'f' },
            detail,
          },
        ],
      }),
      `${detail}, whatever its schema is called`,
    )
  t.notOk(hidesDiagnostics(inactive, { ...NOTHING, reads: [email] }))
  t.end()
})
