/**
 * What values came through on their way from base columns, for people: views, common table expressions,
 * subqueries, functions. A step goes along with a value as one more of its sources, so that nothing
 * that combines values has to know of steps; only traces that are made for people have any.
 */
import type { ColumnName, Origin } from './protocol.ts'

/** Views and columns: what the catalog says of them. */
export interface Behind {
  readonly kind: 'view' | 'column'
  /** Everything behind it, however far. */
  readonly sources: readonly ColumnName[]
}

interface Step {
  readonly kind: Origin['kind']
  readonly name: string
  /** It stands for the value; of a column of the catalog it is that column. */
  readonly column: ColumnName
  readonly sources: Set<ColumnName>
}

interface Valued {
  readonly sources: readonly ColumnName[]
}

export class Steps {
  readonly #made = new Map<string, Step>()

  /** The value as it comes out of what is called `name` there. A constant came from nowhere. */
  through<V extends Valued>(kind: Origin['kind'], name: string, value: V): V {
    if (value.sources.length === 0) return value
    // No schema is called so.
    const column = { schema: `\0${kind}`, table: name, column: '' }
    const step = this.#step(kind, name, column)
    for (const source of value.sources) if (source !== step.column) step.sources.add(source)
    return { ...value, sources: [step.column, ...value.sources] }
  }

  /** A column of what the session, or the text, made just now. */
  made({ schema, table, column }: ColumnName, sources: readonly ColumnName[]): void {
    const name = `${schema}.${table}.${column}`
    const step = this.#step('column', name, { schema, table, column })
    for (const source of sources) step.sources.add(source)
  }

  /** `catalog`: what is behind a column; undefined where it knows none of that name. */
  tree(
    sources: readonly ColumnName[],
    catalog: (column: ColumnName) => Behind | undefined,
  ): readonly Origin[] {
    const nodes = new Map<string, Node>()
    for (const column of sources) {
      const key = keyOf(column)
      if (!nodes.has(key)) nodes.set(key, this.#node(column, nodes.size, catalog))
    }
    return treeOf([...nodes.values()], nodes)
  }

  #step(kind: Origin['kind'], name: string, column: ColumnName): Step {
    const key = keyOf(column)
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const step = { kind, name, column, sources: new Set<ColumnName>() }
    this.#made.set(key, step)
    return step
  }

  #node(
    column: ColumnName,
    index: number,
    catalog: (column: ColumnName) => Behind | undefined,
  ): Node {
    const { path, ...whole } = column
    const step = this.#made.get(keyOf(whole))
    const behind = step ?? catalog(whole)
    const kind = behind?.kind ?? 'column'
    // What is behind a part of a document are the same parts of those behind it.
    const within = (source: ColumnName): ColumnName =>
      path === undefined ? source : { ...source, path: [...(source.path ?? []), ...path] }
    const keys = [...(behind?.sources ?? [])].map(source => keyOf(within(source)))
    const isOurs = step !== undefined && kind !== 'column'
    return { index, kind, column: isOurs ? undefined : column, name: nameOf(column, step), keys }
  }
}

interface Node {
  readonly index: number
  readonly kind: Origin['kind']
  readonly name: string
  readonly column: ColumnName | undefined
  readonly keys: readonly string[]
}

/** What is behind something that stands further up is shown there, and once. */
function treeOf(all: readonly Node[], nodes: ReadonlyMap<string, Node>): readonly Origin[] {
  const under = new Map(all.map(node => [node, new Set<Node>()]))
  for (const [node, set] of under) {
    for (const key of node.keys) {
      const other = nodes.get(key)
      if (other !== undefined && other !== node) set.add(other)
    }
  }
  // Parents and children of one another: whichever was named first stands above.
  for (const [node, set] of under)
    for (const other of set)
      if (other.index < node.index && under.get(other)?.has(node)) set.delete(other)
  const shown = new Set<Node>()
  const origin = (node: Node): Origin => {
    const { kind, name, column } = node
    const set = [...(under.get(node) ?? [])]
    const next = set.filter(each => !set.some(other => under.get(other)?.has(each)))
    const again = shown.has(node) && next.length > 0
    shown.add(node)
    const more = { ...(column !== undefined && { column }), ...(again && { again }) }
    return { kind, name, behind: again ? [] : next.map(origin), ...more }
  }
  const behind = new Set([...under.values()].flatMap(set => [...set]))
  return all.filter(node => !behind.has(node)).map(origin)
}

function keyOf({ schema, table, column, path = [] }: ColumnName): string {
  return JSON.stringify([schema, table, column, ...path])
}

function nameOf({ schema, table, column, path }: ColumnName, step: Step | undefined): string {
  const name = step?.name ?? `${schema}.${table}.${column}`
  return path === undefined ? name : `${name} $.${path.join('.')}`
}
