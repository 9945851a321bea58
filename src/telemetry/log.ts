/** The program's own log: JSON lines on standard error. Never a statement, a value or a secret. */
import { pino } from 'pino'

export type Log = pino.Logger

export function createLog(): Log {
  return pino(
    { name: 'countersign', base: { pid: process.pid }, level: 'warn' },
    pino.destination({ dest: 2, sync: true }),
  )
}
