/** A bar that shows how far a command is, on a terminal; elsewhere nothing. */
import { visibleText } from '../approvals/visible-text.ts'

export interface ProgressBar {
  show(done: number, of: number, what: string): void
  /** Takes it away again. */
  clear(): void
}

const barWidth = 24

export function progressBar(
  to: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
): ProgressBar {
  if (to.isTTY !== true) return { show: () => undefined, clear: () => undefined }
  return {
    show: (done, of, what) => {
      const filled = of === 0 ? barWidth : Math.round((barWidth * done) / of)
      const bar = '█'.repeat(filled).padEnd(barWidth, '░')
      const line = `${bar} ${done}/${of} ${visibleText(what)}`
      to.write(`\r\u001b[2K${line.slice(0, (to.columns ?? 80) - 1)}`)
    },
    clear: () => {
      to.write('\r\u001b[2K')
    },
  }
}
