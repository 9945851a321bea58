import { PassThrough } from 'node:stream'
import t from 'tap'
import { progressBar } from '../../../src/cli/progress.ts'

function terminal(isTTY: boolean, columns = 40): PassThrough & { isTTY: boolean; columns: number } {
  return Object.assign(new PassThrough(), { isTTY, columns })
}

t.test('on a terminal the bar grows in one line, and goes away', async t => {
  const screen = terminal(true)
  const bar = progressBar(screen)
  bar.show(1, 4, 'public.customers')
  t.equal(String(screen.read()), `\r\u001b[2K${'█'.repeat(6)}${'░'.repeat(18)} 1/4 public.cus`)
  bar.show(4, 4, 'a\u001b[31mb')
  t.notMatch(String(screen.read()).slice(6), '\u001b', 'a name moves no cursor')
  bar.clear()
  t.equal(String(screen.read()), '\r\u001b[2K')
})

t.test('elsewhere nothing is written', async t => {
  const file = terminal(false)
  const bar = progressBar(file)
  bar.show(1, 2, 'x')
  bar.clear()
  t.equal(file.read(), null)
})
