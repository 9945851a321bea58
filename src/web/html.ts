/**
 * HTML that is safe by default: what a template is given is escaped, and characters that hide or
 * reorder text are shown by their number. Attribute values in templates have to be quoted.
 */
import { codePointName, textParts, visibleText } from '../approvals/visible-text.ts'

/** Markup that a template made. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

/** Undefined, null and false leave nothing behind. */
export type Part = Html | string | number | undefined | null | false | readonly Part[]

export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = literals[0] ?? ''
  for (const [index, part] of parts.entries()) markup += write(part) + (literals[index + 1] ?? '')
  return new Html(markup)
}

/** A statement's text or a value: whole, with hidden characters standing out. */
export function visible(text: string): Html {
  const markup = textParts(text).map(part => {
    if ('text' in part) return escapeHtml(part.text)
    const name = codePointName(part.codePoint)
    return `<span class="hidden-character" title="an invisible character">${name}</span>`
  })
  return new Html(markup.join(''))
}

function write(part: Part): string {
  if (part === undefined || part === null || part === false) return ''
  if (part instanceof Html) return part.markup
  if (typeof part === 'string') return escapeHtml(visibleText(part))
  if (typeof part === 'number') return String(part)
  return part.map(write).join('')
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, character => `&#${character.charCodeAt(0)};`)
}
