/** How the COPY in a text writes its data: its format and delimiters, from the syntax tree. */
import { type CopyOptions, copyOptions } from '../copy-mask.ts'
import { parse } from './parse.ts'

/** Undefined when the nth statement of the text is no COPY, or one of a form that is not known. */
export function copyOptionsOf(text: string, index: number): CopyOptions | undefined {
  const parsed = parse(text, Number.POSITIVE_INFINITY)
  if (!parsed.ok) return undefined
  const node = parsed.statements[index]?.node
  if (node === undefined || !('CopyStmt' in node)) return undefined
  return copyOptions(node.CopyStmt.options ?? [])
}
