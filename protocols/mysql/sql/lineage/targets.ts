/** A select list: stars expanded, columns named as the server does. */
import type { SelectItem } from '../ast.ts'
import { folded } from '../names.ts'
import { keepEffects } from './asked.ts'
import type { Context } from './context.ts'
import { type Scope, starOf } from './scope.ts'
import { type Columns, derive, either, type Field, unknownColumns, type Value } from './value.ts'

export function targetList(items: readonly SelectItem[], scope: Scope, context: Context): Columns {
  const fields: Field[] = []
  let rest: Value | undefined
  for (const item of items) {
    const { expression } = item
    if (expression.kind === 'star') {
      const star =
        expression.table === undefined
          ? scope.namespace.columns
          : (starOf(scope.namespace, expression.schema, expression.table) ?? unknownColumns)
      fields.push(...star.fields)
      if (star.rest !== undefined) rest = rest === undefined ? star.rest : derive([rest, star.rest])
    } else {
      const value = context.value(expression, scope)
      keepEffects(expression, value, scope, context)
      fields.push({ ...nameOf(item, context), value })
    }
  }
  return { fields, rest }
}

/** Without an alias a column goes by its own name, and all else by its text. */
function nameOf({ alias, expression }: SelectItem, context: Context): Omit<Field, 'value'> {
  if (alias !== undefined) return { name: alias }
  if (expression.kind === 'column') return { name: expression.name }
  const text = context.text?.slice(expression.start, expression.end)
  return { name: text ?? expression.kind, guessed: true }
}

/**
 * The aliases of a select list, each traced when it is first asked for. One that is asked for while
 * it is traced adds nothing to itself.
 */
export function aliasesOf(
  items: readonly SelectItem[],
  scope: () => Scope,
  context: Context,
): (name: string) => Value | undefined {
  const busy = new Set<SelectItem>()
  const known = new Map<SelectItem, Value>()
  const traced = (item: SelectItem): Value[] => {
    const before = known.get(item)
    if (before !== undefined) return [before]
    if (busy.has(item)) return []
    busy.add(item)
    const value = context.value(item.expression, scope())
    busy.delete(item)
    if (busy.size === 0) known.set(item, value)
    return [value]
  }
  const named = items.filter(({ alias }) => alias !== undefined)
  return name => {
    const wanted = folded(name)
    const found = named.filter(({ alias = '' }) => folded(alias) === wanted)
    return found.length === 0 ? undefined : either(found.flatMap(traced))
  }
}
