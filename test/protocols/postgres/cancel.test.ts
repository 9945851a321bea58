import t from 'tap'
import { CancelRegistry } from '../../../protocols/postgres/cancel.ts'

t.test('a key cancels its own session and no other', async t => {
  const cancels = new CancelRegistry()
  const cancelled: string[] = []
  const first = cancels.register(0, () => cancelled.push('first'))
  const second = cancels.register(2, () => cancelled.push('second'))
  t.equal(first.secret.length, 4, 'protocol 3.0 has room for four bytes')
  t.equal(second.secret.length, 32)
  cancels.cancel(second.processId, second.secret)
  t.strictSame(cancelled, ['second'])
  cancels.cancel(first.processId, second.secret)
  cancels.cancel(second.processId, first.secret)
  cancels.cancel(first.processId, Buffer.alloc(4))
  cancels.cancel(first.processId, Buffer.concat([first.secret, Buffer.alloc(1)]))
  cancels.cancel(first.processId + 1, first.secret)
  t.strictSame(cancelled, ['second'], 'wrong keys do nothing')
  cancels.unregister(second)
  cancels.unregister({ processId: first.processId, secret: Buffer.alloc(4) })
  t.equal(cancels.size, 1)
  cancels.cancel(second.processId, second.secret)
  cancels.cancel(first.processId, Buffer.from(first.secret))
  t.strictSame(cancelled, ['second', 'first'])
})
