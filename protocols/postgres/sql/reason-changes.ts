/** What a statement makes of our settings, `countersign.reason` and the like: SET, RESET, set_config, DISCARD ALL. */
import type { Node } from 'libpg-query'
import type { SessionChange } from './changes.ts'
import { as, constantOf, nameOf } from './tree.ts'

type ReasonChange = Extract<SessionChange, { kind: 'reason' }>

/** The server keeps it, as it does every name with a dot that it does not know. */
export const reasonSetting = 'countersign.reason'
export const glassSetting = 'countersign.break_glass'
const settings: readonly ReasonChange['setting'][] = [reasonSetting, glassSetting]

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
    if (set.kind === 'VAR_RESET_ALL') return reset(result, local)
    const setting = named(set.name)
    if (setting === undefined) return []
    const [text] = (set.args ?? []).map(constantOf)
    const value = set.kind === 'VAR_SET_VALUE' ? { text } : 'reset'
    return [{ kind: 'reason', setting, result, value, local }]
  }
  if (as(node, 'DiscardStmt')?.target === 'DISCARD_ALL') return reset(result, false)
  return configured(node, result)
}

function reset(result: number, local: boolean): readonly ReasonChange[] {
  return settings.map(setting => ({ kind: 'reason', setting, result, value: 'reset', local }))
}

function named(name: string | undefined): ReasonChange['setting'] | undefined {
  const lower = name?.toLowerCase()
  return settings.find(each => each === lower)
}

/** SELECT set_config('countersign.reason', '…', false), as the whole of a column. */
function configured(node: Node, result: number): readonly ReasonChange[] {
  const changes: ReasonChange[] = []
  for (const target of as(node, 'SelectStmt')?.targetList ?? []) {
    const call = as(as(target, 'ResTarget')?.val, 'FuncCall')
    if (nameOf(call?.funcname).at(-1) !== 'set_config') continue
    const [name, text, local] = (call?.args ?? []).map(constantOf)
    const setting = named(name)
    if (setting === undefined) continue
    changes.push({ kind: 'reason', setting, result, value: { text }, local: local !== 'false' })
  }
  return changes
}
