/** Rules over parts of JSON documents: what is hidden of a document, and of what is taken from it. */
import t from 'tap'
import { anyKey, overlap, parseJsonPath } from '../../masking/json-path.ts'
import { resultMask } from '../../masking/lineage-to-mask.ts'
import { compileRules, type MaskingRule, type MaskSpec } from '../../masking/rules.ts'
import type { ColumnName, ValueType } from '../../protocols/protocol.ts'

const KEY = Buffer.alloc(32, 7)
const prefs: ColumnName = { schema: 'public', table: 'customers', column: 'prefs' }
const json: ValueType = { class: 'json', name: 'jsonb', lengthMax: undefined }
const text: ValueType = { class: 'text', name: 'text', lengthMax: undefined }

function rule(path: string, mask: MaskSpec = { kind: 'redact' }, name = 'r'): MaskingRule {
  return { name, columns: [`public.customers.prefs ${path}`], mask }
}

function shown(
  value: string,
  rules: readonly MaskingRule[],
  type: ValueType = json,
  column: ColumnName = prefs,
  plain = true,
): string | null {
  const masker = compileRules(rules, KEY).masker({ name: 'anna', groups: [] }, 'shop')
  const outputs = [{ name: 'x', sources: [column], plain }]
  const mask = resultMask(masker, outputs, [{ name: 'x', type, origin: [] }])?.[0]
  if (mask === undefined) return value
  return mask.kind === 'constant' ? mask.value : mask.apply(value)
}

t.test('paths are keys from the root; arrays are seen through', t => {
  t.strictSame(parseJsonPath('$.phone'), ['phone'])
  t.strictSame(parseJsonPath('$.contacts[*].Email'), ['contacts', 'email'])
  t.strictSame(parseJsonPath('$."a \\"b".*'), ['a "b', anyKey])
  for (const wrong of ['phone', '$', '$.', '$..x', '$.a[0]', '$.a b', '$x'])
    t.equal(parseJsonPath(wrong), undefined, wrong)
  t.end()
})

t.test('what a statement takes from a document is apart, the same, around or inside', t => {
  const hidden = ['contacts', 'email']
  t.strictSame(overlap(['theme'], hidden), { kind: 'apart' })
  t.strictSame(overlap(['Contacts', 'EMAIL'], hidden), { kind: 'same' })
  t.strictSame(overlap(['contacts'], hidden), { kind: 'around', rest: ['email'] })
  t.strictSame(overlap([], hidden), { kind: 'around', rest: hidden })
  t.strictSame(overlap(['contacts', 'email', 'host'], hidden), { kind: 'inside' })
  t.strictSame(overlap(['contacts', '0', 'email'], hidden), { kind: 'same' }, 'a position')
  t.strictSame(overlap(['contacts', 'phone'], hidden), { kind: 'apart' })
  t.strictSame(overlap(['anything'], [anyKey]), { kind: 'same' })
  t.strictSame(overlap(['0'], [anyKey]), { kind: 'inside' }, 'a key or a position: not known')
  t.end()
})

t.test('only the part is hidden, and every other byte stays', t => {
  const value = '{ "a":1.500, "phone" : "+49 171", "n": 12345678901234567890, "a":  2 }'
  t.equal(shown(value, [rule('$.phone')]), value.replace('"+49 171"', '"[redacted]"'))
  t.equal(shown('{"x": {"phone": "1"}}', [rule('$.phone')]), '{"x": {"phone": "1"}}')
  t.equal(shown('[]', [rule('$.phone')]), '[]')
  t.equal(shown('"text"', [rule('$.phone')]), '"text"')
  t.end()
})

t.test('a part is found however it is written', t => {
  const hidden = '"[redacted]"'
  const rules = [rule('$.phone')]
  t.equal(shown('{"ph\\u006fne":"1"}', rules), `{"ph\\u006fne":${hidden}}`, 'escaped')
  t.equal(shown('{"PHONE":"1","phone":"2"}', rules), `{"PHONE":${hidden},"phone":${hidden}}`)
  t.equal(shown('{"phone":"1","phone":"2"}', rules), `{"phone":${hidden},"phone":${hidden}}`)
  t.equal(
    shown('[{"phone":"1"},[{"phone":2}]]', rules),
    `[{"phone":${hidden}},[{"phone":${hidden}}]]`,
  )
  t.equal(shown('{"phone":{"home":"1"}}', rules), `{"phone":${hidden}}`)
  t.equal(shown('{"phone":["1","2"]}', rules), `{"phone":${hidden}}`, 'not even how many')
  t.equal(shown('{"phone":null}', rules), `{"phone":${hidden}}`)
  t.equal(shown('{"phone":"a\\"},{\\"b"}', rules), `{"phone":${hidden}}`)
  t.end()
})

t.test('each of its values gets the mask as text', t => {
  const partial = rule('$.contacts[*].email', { kind: 'email' })
  t.equal(
    shown('{"contacts":[{"email":"anna@x.com"},{"email":null},{"email":"?"}]}', [partial]),
    '{"contacts":[{"email":"a***@x.com"},{"email":null},{"email":"[redacted]"}]}',
  )
  const last = rule('$.n', { kind: 'partial', first: 0, last: 2 })
  t.equal(shown('{"n":12345}', [last]), '{"n":"***45"}')
  t.equal(shown('{"n":["123","456"]}', [last]), '{"n":["*23","*56"]}')
  t.equal(shown('{"n":{"a":1}}', [last]), '{"n":"[redacted]"}')
  t.equal(shown('{"n":1}', [rule('$.n', { kind: 'null' })]), '{"n":null}')
  const tens = rule('$.n', { kind: 'generalize', to: 'year', bucket: 10 })
  t.equal(shown('{"n":47}', [tens]), '{"n":40}')
  t.equal(shown('{"n":"1984-05-06"}', [tens]), '{"n":"1984-01-01"}')
  t.equal(shown('{"n":"other"}', [tens]), '{"n":"[redacted]"}')
  t.end()
})

t.test('several rules hide each their own part', t => {
  const rules = [rule('$.a', { kind: 'null' }, 'one'), rule('$.b', { kind: 'redact' }, 'two')]
  t.equal(shown('{"a":1,"b":2,"c":3}', rules), '{"a":null,"b":"[redacted]","c":3}')
  const whole: MaskingRule = { name: 'w', columns: ['*.*.prefs'], mask: { kind: 'redact' } }
  t.equal(shown('{"a":1}', [...rules, whole]), '"[redacted]"', 'a rule on all of it hides all')
  t.end()
})

t.test('what is computed from the document, or is none, is redacted wholly', t => {
  const rules = [rule('$.phone')]
  t.equal(shown('{"a":1}', rules, json, prefs, false), '"[redacted]"')
  t.equal(shown('no document', rules), '"[redacted]"')
  t.equal(shown(`${'[['.repeat(50_000)}${']]'.repeat(50_000)}`, rules), '"[redacted]"')
  t.equal(shown('{"a":1}', rules, { class: 'other', name: 'hstore', lengthMax: undefined }), null)
  t.end()
})

t.test('a part that a statement names is hidden by what it overlaps', t => {
  const rules = [rule('$.contact.phone', { kind: 'partial', first: 0, last: 2 })]
  const at = (...path: string[]): ColumnName => ({ ...prefs, path })
  t.equal(shown('12345', rules, text, at('contact', 'phone')), '***45', '->>')
  t.equal(shown('"12345"', rules, json, at('contact', 'phone')), '"***45"', '->')
  t.equal(shown('dark', rules, text, at('theme')), 'dark')
  t.equal(shown('{"phone":"123"}', rules, json, at('contact')), '{"phone":"*23"}')
  t.equal(shown('{"phone":"123"}', rules, text, at('contact')), '{"phone":"*23"}')
  t.equal(shown('hello', rules, text, at('contact')), '[redacted]', 'text that is no document')
  t.equal(shown('1', rules, text, at('contact', 'phone', 'x')), '[redacted]')
  const whole: MaskingRule = { name: 'w', columns: ['*.*.prefs'], mask: { kind: 'hash' } }
  t.equal(shown('dark', [whole], text, at('theme')), '[redacted]', 'no mask of its own')
  t.end()
})
