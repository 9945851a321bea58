/** What a statement makes of the setting `countersign.reason`: SET, RESET, set_config, DISCARD ALL. */
import type { Node } from 'libpg-query'
import type { SessionChange } from './changes.ts'
import { as, constantOf, nameOf } from './tree.ts'

type ReasonChange = Extract<SessionChange, { kind: 'reason' }>

/** The server keeps it, as it does every name with a dot that it does not know. */
export const reasonSetting = 'countersign.reason'

export function reasonChanges({
  node,
  result,
}: {
  readonly node: Node
  readonly result: number
}): readonly ReasonChange[] {
  const set = as(node, 'VariableSetStmt')
  if (set !== undefined) {
    const local = set.is_local === true
    if (set.kind === 'VAR_RESET_ALL') return [{ kind: 'reason', result, value: 'reset', local }]
    if (set.name?.toLowerCase() !== reasonSetting) return []
    const [text] = (set.args ?? []).map(constantOf)
    const value = set.kind === 'VAR_SET_VALUE' ? { text } : 'reset'
    return [{ kind: 'reason', result, value, local }]
  }
  if (as(node, 'DiscardStmt')?.target === 'DISCARD_ALL')
    return [{ kind: 'reason', result, value: 'reset', local: false }]
  return configured(node, result)
}

/** SELECT set_config('countersign.reason', '…', false), as the whole of a column. */
function configured(node: Node, result: number): readonly ReasonChange[] {
  const changes: ReasonChange[] = []
  for (const target of as(node, 'SelectStmt')?.targetList ?? []) {
    const call = as(as(target, 'ResTarget')?.val, 'FuncCall')
    if (nameOf(call?.funcname).at(-1) !== 'set_config') continue
    const [name, text, local] = (call?.args ?? []).map(constantOf)
    if (name?.toLowerCase() !== reasonSetting) continue
    changes.push({ kind: 'reason', result, value: { text }, local: local !== 'false' })
  }
  return changes
}
