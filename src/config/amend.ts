/**
 * Adds masking rules to a configuration file as its owner wrote it: comments, order and whatever
 * else is in it stay. https://eemeli.org/yaml/#documents
 */
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { MaskSpec } from '../../masking/rules.ts'

export interface AddedRule {
  readonly name: string
  readonly mask: MaskSpec
  readonly databases: readonly string[] | undefined
  readonly columns: readonly { readonly column: string; readonly note: string }[]
}

/** Throws SyntaxError for a text that is no YAML, or whose masking section is no such one. */
export function withMaskingRules(text: string, added: readonly AddedRule[]): string {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined) throw new SyntaxError(`expected YAML: ${error.message}`)
  const rules = rulesOf(document)
  for (const rule of added) {
    const before = rules.items.find(item => isMap(item) && isSameRule(item, rule))
    const columns = isMap(before) ? before.get('columns', true) : undefined
    if (isSeq(columns)) addColumns(document, columns, rule)
    else rules.add(ruleNode(document, rule, rules))
  }
  return document.toString({ lineWidth: 0 })
}

function rulesOf(document: Document): YAMLSeq {
  if (document.contents === null) document.contents = document.createNode({})
  const masking = document.get('masking', true)
  if (masking === undefined || (isScalar(masking) && masking.value === null))
    document.set('masking', document.createNode({ rules: [] }))
  else if (!isMap(masking)) throw new SyntaxError('expected masking to be a mapping')
  const rules = document.getIn(['masking', 'rules'], true)
  if (rules === undefined || (isScalar(rules) && rules.value === null))
    document.setIn(['masking', 'rules'], document.createNode([]))
  const list = document.getIn(['masking', 'rules'], true)
  if (!isSeq(list)) throw new SyntaxError('expected masking.rules to be a list')
  // Of an empty list in brackets the first rule makes a block.
  if (list.items.length === 0) list.flow = false
  return list
}

/** One that was written by us before, for the same databases. */
function isSameRule(item: YAMLMap, { name, databases }: AddedRule): boolean {
  const there: unknown = item.toJSON()
  if (typeof there !== 'object' || there === null) return false
  const { name: named, databases: of } = there as Readonly<Record<'name' | 'databases', unknown>>
  return named === name && JSON.stringify(of) === JSON.stringify(databases)
}

function ruleNode(document: Document, rule: AddedRule, rules: YAMLSeq): YAMLMap {
  const names = new Set(rules.items.map(item => (isMap(item) ? item.get('name') : undefined)))
  let name = rule.name
  for (let n = 2; names.has(name); n++) name = `${rule.name}-${n}`
  const node = document.createNode({
    name,
    columns: [],
    mask: maskSection(rule.mask),
    ...(rule.databases && { databases: rule.databases }),
  })
  for (const key of ['mask', 'databases']) {
    const value = node.get(key, true)
    if (isMap(value) || isSeq(value)) value.flow = true
  }
  const columns = node.get('columns', true)
  if (isSeq(columns)) addColumns(document, columns, rule)
  return node as YAMLMap
}

function addColumns(document: Document, list: YAMLSeq, { columns }: AddedRule): void {
  const there = new Set(list.toJSON() as readonly unknown[])
  for (const { column, note } of columns) {
    if (there.has(column)) continue
    const node = document.createNode(column)
    // In brackets a comment would hide what follows it.
    if (!list.flow) node.comment = ` ${note}`
    list.add(node)
  }
}

function maskSection(mask: MaskSpec): unknown {
  if (mask.kind === 'partial') return { partial: { first: mask.first, last: mask.last } }
  if (mask.kind === 'generalize') return { generalize: { to: mask.to } }
  return mask.kind
}
