import t from 'tap'
import { reasonInComments } from '../../protocols/comment-reason.ts'

for (const [comment, expected] of [
  ["reason='ticket 7'", 'ticket 7'],
  [" action='%2Fcarts',reason='Ticket%207%2C%20it%5C%27s%20old' ", "Ticket 7, it\\'s old"],
  ["reason='it\\'s old'", "it's old"],
  ["framework='x', countersign_reason='ours', reason='theirs'", 'ours'],
  ["reason='theirs',countersign_reason='ours'", 'ours'],
  ["reason = '100% wrong'", '100% wrong'],
  ["reason=''", ''],
  ["unreason='x'", undefined],
  ["reason='no end", undefined],
  ['reason="x"', undefined],
  ['for no reason', undefined],
] as const)
  t.equal(reasonInComments([comment]), expected, comment)

t.equal(reasonInComments(["reason='first'", 'more', "reason='second'"]), 'second')
t.equal(reasonInComments([]), undefined)
const long = `reason='${'\\'.repeat(200_000)}`
t.equal(reasonInComments([long]), undefined, 'a hostile text takes no long time')
