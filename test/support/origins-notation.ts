/** Origins in short: `name: step(what is behind it, …)`, an output a line. */
import type { Analysis, Origin } from '../../protocols/protocol.ts'

export function originsInShort({ results }: Analysis): string {
  const lines = results.flatMap(result =>
    typeof result === 'string'
      ? [result]
      : result.map(({ name, origins = [] }) => `${name}: ${origins.map(inShort).join(', ')}`),
  )
  return lines.map(line => line.trim()).join('\n')
}

function inShort({ kind, name, behind, again }: Origin): string {
  const what = kind === 'column' ? name : `${kind} ${name}`
  return `${what}${behind.length > 0 ? `(${behind.map(inShort).join(', ')})` : ''}${again ? '…' : ''}`
}

/** An analysis as it would be without origins. */
export function withoutOrigins(analysis: Analysis): Analysis {
  const results = analysis.results.map(result =>
    typeof result === 'string' ? result : result.map(({ origins: _, ...output }) => output),
  )
  return { ...analysis, results }
}
