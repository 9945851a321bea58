import t from 'tap'
import { ProtocolError } from '../../../protocols/errors.ts'
import { Conversation } from '../../../protocols/postgres/conversation.ts'

t.test('a reply that is not the next one owed ends the session', async t => {
  const conversation = new Conversation()
  t.throws(() => conversation.answered('parse'), ProtocolError)
  conversation.owe({ reply: 'bind' })
  t.throws(() => conversation.answered('parse'), ProtocolError)
  t.equal(conversation.answered('bind').reply, 'bind')
})

t.test('an error skips what is owed up to Sync, and no further', async t => {
  const conversation = new Conversation()
  for (const reply of ['parse', 'bind', 'execute', 'sync', 'query'] as const)
    conversation.owe({ reply })
  const skipped = conversation.failed()
  t.strictSame(
    skipped.map(owed => owed.reply),
    ['parse', 'bind', 'execute'],
  )
  t.equal(conversation.answered('sync', 'query').reply, 'sync')
  t.equal(conversation.answered('sync', 'query').reply, 'query')
})

t.test('a Query that comes before Sync is skipped with the rest of its segment', async t => {
  const conversation = new Conversation()
  for (const reply of ['execute', 'query', 'sync'] as const) conversation.owe({ reply })
  t.equal(conversation.failed().length, 2)
  t.equal(conversation.next()?.reply, 'sync')
})

t.test('what was taken back is not owed', async t => {
  const conversation = new Conversation()
  conversation.owe({ reply: 'sync' })
  const before = conversation.mark
  conversation.owe({ reply: 'parse' })
  conversation.owe({ reply: 'bind' })
  conversation.takeBack(before)
  t.equal(conversation.owedCount, 1)
  t.equal(conversation.next()?.reply, 'sync')
})

t.test('what is taken back is the same, however much was answered in between', async t => {
  const conversation = new Conversation()
  for (const reply of ['parse', 'sync', 'parse', 'sync'] as const) conversation.owe({ reply })
  const before = conversation.mark
  conversation.owe({ reply: 'parse' })
  conversation.owe({ reply: 'bind' })
  for (const reply of ['parse', 'sync', 'parse'] as const) conversation.answered(reply)
  t.equal(conversation.takeBack(before).length, 2)
  t.equal(conversation.owedCount, 1)
  t.equal(conversation.next()?.reply, 'sync')
})

t.test('after a failure without a Sync the server skips', async t => {
  const conversation = new Conversation()
  conversation.owe({ reply: 'parse' })
  conversation.failed()
  t.equal(conversation.skipping, true)
  const synced = new Conversation()
  for (const reply of ['parse', 'bind', 'sync'] as const) synced.owe({ reply })
  t.equal(synced.failed().length, 2)
  t.equal(synced.skipping, false)
})

t.test('the ends of COPYs that there are not do not add up', async t => {
  const conversation = new Conversation()
  for (let i = 0; i < 1000; i += 1) conversation.oweCopied()
  t.equal(conversation.owedCount, 0)
  conversation.owe({ reply: 'query' })
  for (let i = 0; i < 1000; i += 1) conversation.oweCopied()
  t.ok(conversation.owedCount < 50)
  conversation.copyInBegan()
  t.equal(conversation.copyIn, false)
  conversation.copyInBegan()
  t.equal(conversation.copyIn, false)
})

t.test('the server ignores a Sync that came before the end of COPY data', async t => {
  const conversation = new Conversation()
  for (const reply of ['execute', 'sync', 'copied', 'sync'] as const) conversation.owe({ reply })
  conversation.copyInBegan()
  t.equal(conversation.copyIn, false, 'the data has ended already')
  t.equal(conversation.answered('execute').reply, 'execute')
  t.equal(conversation.answered('sync').reply, 'sync')
  t.equal(conversation.owedCount, 0)
})

t.test('the server is in COPY until its data has ended', async t => {
  const conversation = new Conversation()
  for (const reply of ['query'] as const) conversation.owe({ reply })
  conversation.copyInBegan()
  t.equal(conversation.copyIn, true)
  conversation.failed()
  t.equal(conversation.copyIn, false)
})

t.test('a long pipeline is answered in order', async t => {
  const conversation = new Conversation()
  for (let i = 0; i < 5000; i++) conversation.owe({ reply: 'bind' })
  conversation.owe({ reply: 'sync' })
  for (let i = 0; i < 5000; i++) conversation.answered('bind')
  t.equal(conversation.owedCount, 1)
  t.equal(conversation.answered('sync').reply, 'sync')
})
