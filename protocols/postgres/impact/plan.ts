/**
 * Reading what EXPLAIN (FORMAT JSON, VERBOSE) says of a plan: how many rows it would write or show,
 * and how it finds rows in tables. https://www.postgresql.org/docs/current/using-explain.html
 */
import type { TableImpact } from '../../protocol.ts'

export interface Planned {
  readonly rows: number
  /** By `schema.table`. */
  readonly access: ReadonlyMap<string, Pick<TableImpact, 'access' | 'index'>>
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Plan Rows'?: number
  readonly 'Parent Relationship'?: string
  readonly Schema?: string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}

/** Undefined: it is not a plan. */
export function readPlan(json: string | null | undefined): Planned | undefined {
  const [first] = JSON.parse(json ?? 'null') as readonly { readonly Plan?: PlanNode }[]
  const top = first?.Plan
  if (top === undefined) return undefined
  const access = new Map<string, Pick<TableImpact, 'access' | 'index'>>()
  let written = 0
  let writes = false
  for (const node of nodesOf(top)) {
    if (node['Node Type'] === 'ModifyTable') {
      writes = true
      written += fed(node)
    }
    const found = accessOf(node)
    const table = `${node.Schema}.${node['Relation Name']}`
    // A table that is read whole anywhere is read whole.
    if (found !== undefined && access.get(table)?.access !== 'whole') access.set(table, found)
  }
  const shown = top['Plan Rows'] ?? 0
  return { rows: writes ? Math.max(written, shown) : shown, access }
}

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  const pending = [node]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next
    pending.push(...(next.Plans ?? []))
  }
}

/** The rows that come to a ModifyTable, which itself gives only those that it returns. */
function fed({ Plans = [] }: PlanNode): number {
  const sources = Plans.filter(plan => {
    const relationship = plan['Parent Relationship']
    return relationship === 'Outer' || relationship === 'Member'
  })
  return sources.reduce((sum, plan) => sum + (plan['Plan Rows'] ?? 0), 0)
}

function accessOf(node: PlanNode): Pick<TableImpact, 'access' | 'index'> | undefined {
  if (node['Relation Name'] === undefined) return undefined
  switch (node['Node Type']) {
    case 'Seq Scan':
    case 'Sample Scan':
      return { access: 'whole' }
    case 'Index Scan':
    case 'Index Only Scan':
      return { access: 'index', index: node['Index Name'] ?? '' }
    case 'Bitmap Heap Scan': {
      const index = [...nodesOf(node)].find(each => each['Index Name'] !== undefined)
      return { access: 'index', index: index?.['Index Name'] ?? '' }
    }
    default:
      return undefined
  }
}
