import t from 'tap'
import { ConnectionIds, type KillTarget } from '../../../protocols/mysql/connection-ids.ts'
import type { Upstream } from '../../../protocols/protocol.ts'

const upstream: Upstream = {
  host: 'db',
  port: 3306,
  database: 'shop',
  user: 'app',
  password: undefined,
  tls: { mode: 'disable' },
}

t.test("a session is found by our id and by the server's, by its own user only", async t => {
  const ids = new ConnectionIds()
  const id = ids.allocate()
  t.ok(id >= 0x40000000 && id < 0x80000000)
  t.equal(ids.find(id, 'al', upstream), undefined, 'nothing to kill yet')
  const killed: string[] = []
  const target: KillTarget = {
    user: 'al',
    upstream,
    upstreamConnectionId: 12,
    kill: what => void killed.push(what),
  }
  ids.register(id, target)
  t.equal(ids.find(id, 'al', upstream), target)
  t.equal(ids.find(12, 'al', upstream), target)
  t.equal(ids.find(12, 'al', { ...upstream, database: 'other' }), target, 'the same server')
  t.equal(ids.find(12, 'al', { ...upstream, host: 'other' }), undefined, 'another server')
  t.equal(ids.find(id, 'bo', upstream), undefined)
  t.equal(ids.find(12, 'bo', upstream), undefined)
  t.equal(ids.find(13, 'al', upstream), undefined)
  ids.release(id)
  ids.register(id, target)
  t.equal(ids.find(id, 'al', upstream), undefined, 'released is gone')
  t.equal(ids.size, 0)
  const many = new Set(Array.from({ length: 1000 }, () => ids.allocate()))
  t.equal(many.size, 1000)
})
