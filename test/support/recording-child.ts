/**
 * A process that records, to be killed or starved: `recording-child.ts DIR kill|full`. Says each
 * statement's number once its commit has returned, and `refused N` when one did not.
 */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { openLocalKeys } from '../../src/keys/local.ts'
import { Recorder } from '../../src/recording/recorder.ts'
import { sessionStart, statement } from './recorded-place.ts'

const [dir = '', mode] = process.argv.slice(2)
// A file at its size limit kills a process that does not listen; with this, write(2) fails.
process.on('SIGXFSZ', () => undefined)
const keys = await openLocalKeys(join(dir, 'keys', 'local.json'))
const recorder = await Recorder.open({
  dir,
  keys,
  durability: 'write',
  archive: { kind: 'none' },
  rows: true,
  segmentBytesMax: mode === 'kill' ? 200_000 : 64_000_000,
})
const sessions = await Promise.all(
  ['first', 'second', 'third'].map(id => recorder.openSession(sessionStart(id))),
)
const answer = Buffer.alloc(500, 'r')

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

if (mode === 'kill') {
  for (let number = 0; ; number += 1) {
    for (const session of sessions) {
      session.statement(statement(`SELECT ${number}`))
      session.commit()
      void session.event({ type: 'frames', from: 'server', bytes: answer })
    }
    say(String(number))
    if (number % 50 === 0) await new Promise(resolve => setImmediate(resolve))
  }
}

// The parent takes the room away, and later makes room again, and says so.
say('ready')
await once(process.stdin, 'data')
const [session] = sessions
let refused = false
for (let number = 0; session !== undefined && !refused; number += 1) {
  try {
    session.statement(statement(`SELECT ${number}`))
    session.commit()
    say(String(number))
    await session.event({ type: 'frames', from: 'server', bytes: answer })
  } catch (error) {
    refused = true
    say(`refused ${number} ${(error as { code?: string }).code} ${recorder.state}`)
  }
}
await once(process.stdin, 'data')
session?.statement(statement('SELECT after'))
session?.commit()
say(`again ${recorder.state}`)
await recorder.close()
say('closed')
process.stdin.destroy()
