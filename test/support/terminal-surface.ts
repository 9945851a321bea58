/** `countersign approvals …` as a person types it. */

import { runProgram } from './run-program.ts'
import { main, password } from './running-program.ts'
import type { Answered, Surface, Where } from './surface.ts'

export function terminalSurface(http: Where): Surface {
  const run = async (person: string, ...args: string[]): Promise<Answered> => {
    const where = ['--url', http(), '--user', person]
    const ran = await runProgram(process.execPath, [main, 'approvals', ...args, ...where], {
      env: { COUNTERSIGN_PASSWORD: password },
    })
    return { counted: ran.code === 0, said: `${ran.stdout.toString()}${ran.stderr}` }
  }
  return {
    name: 'terminal',
    open: async ({ shortId }, person) => ({
      approve: () => run(person, 'approve', shortId, '--yes'),
      deny: reason => run(person, 'deny', shortId, '--reason', reason),
    }),
    see: async ({ shortId }, pattern) => {
      for (;;) {
        const { said } = await run('sven', 'show', shortId)
        if (pattern.test(said)) return
      }
    },
    close: () => Promise.resolve(),
  }
}
