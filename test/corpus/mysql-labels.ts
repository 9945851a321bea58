/** The labels of the corpus, held against a server that runs each of its statements. */
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { Test } from 'tap'
import type { TestMysql } from '../support/mysql.ts'
import { differs, graveOf, unexplained } from './changes.ts'
import { corpusOf, type Entry } from './corpus.ts'
import { MysqlScratch } from './mysql-scratch.ts'
import { both, fillMysql } from './mysql-server.ts'

/** An event that runs by itself is no statement of the corpus. */
export const settings = { 'event-scheduler': 'OFF' } as const

export async function checkLabels(t: Test, server: TestMysql): Promise<void> {
  t.teardown(() => server.stop())
  const { host, port, user, password, database } = server
  const admin = await createConnection({
    ...{ host, port, user, password, database },
    multipleStatements: true,
  })
  await fillMysql(admin)
  await admin.end()
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-files-'))
  await chmod(dir, 0o777)
  const scratch = await MysqlScratch.open(server, dir)
  t.teardown(() => scratch.close())
  const entries = [...corpusOf(both), ...corpusOf(server.flavour)]
  for (const entry of endingLast(entries)) {
    t.equal(differs(entry, await scratch.run(entry)), undefined)
    // What was seen to change, some effect of the label has to speak of.
    t.strictSame(unexplained(entry), [], entry.sql)
    if (entry.verdict === 'allow') t.strictSame(graveOf(entry), [], entry.sql)
  }
  const unseen = entries.flatMap(entry => entry.unseen ?? [])
  t.comment(`${entries.length} statements ran; of ${unseen.length} it cannot be seen what they do`)
  t.ok(unseen.length < entries.length / 8)
}

/** After SHUTDOWN there is no server to ask. */
function endingLast(entries: readonly Entry[]): readonly Entry[] {
  const ends = ({ effects }: Entry) => effects.includes('execute server shutdown')
  return [...entries.filter(entry => !ends(entry)), ...entries.filter(ends)]
}
