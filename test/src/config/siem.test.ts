import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../../src/config/load.ts'

const verifier =
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='

const base = `
databases:
  shop: { environment: staging, upstream: 'postgres://a:b@127.0.0.1/shop' }
users:
  rita: { password_verifier: '${verifier}', groups: [reviewers] }
`

async function load(more: string): Promise<Awaited<ReturnType<typeof loadConfig>>> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-siem-config-'))
  t.teardown(() => rm(dir, { recursive: true }))
  await writeFile(join(dir, 'token'), 'Splunk 1234\n')
  await writeFile(join(dir, 'countersign.yaml'), base + more)
  return loadConfig(join(dir, 'countersign.yaml'))
}

t.test('receivers are resolved, each with its limit and its cursor', async t => {
  const { siem } = await load(`
siem:
  - { name: file, file: siem.jsonl }
  - { name: logs, format: ocsf, syslog: { host: logs.example.com } }
  - name: splunk
    events: [approval.*, policy.*]
    size: 8KiB
    http: { url: 'https://splunk.example.com/services/collector/raw', token_file: token }
`)
  t.match(siem, [
    {
      name: 'file',
      format: 'json',
      bytesMax: 65_536,
      target: { kind: 'file', path: /siem.jsonl$/ },
    },
    { format: 'ocsf', bytesMax: 7168, target: { kind: 'syslog', port: 6514, ca: undefined } },
    {
      ...{ bytesMax: 8192, types: ['approval.*', 'policy.*'] },
      target: { kind: 'http', header: 'authorization', token: 'Splunk 1234' },
    },
  ])
})

t.test('what cannot be is said where it stands', async t => {
  await t.rejects(load('siem:\n  - { name: a }'), { message: /one of "file", "syslog" and "http"/ })
  const two = 'siem:\n  - { name: a, file: x, http: { url: "https://x" } }'
  await t.rejects(load(two), { message: /got file and http/ })
  const plain = 'siem:\n  - { name: a, http: { url: "http://siem.example.com/" } }'
  await t.rejects(load(plain), { message: /expected https/ })
  const secret = 'siem:\n  - { name: a, http: { url: "https://u:p@siem.example.com/" } }'
  await t.rejects(load(secret), { message: /no password in the URL/ })
  const twice = 'siem:\n  - { name: a, file: x }\n  - { name: a, file: y }'
  await t.rejects(load(twice), { message: /there twice/ })
  const key = 'siem:\n  - { name: a, syslog: { host: h, cert: x } }'
  await t.rejects(load(key), { message: /"cert" and "key"/ })
})

t.test('retention is in days, for environments and databases that are there', async t => {
  const retention = (text: string): string => `recording:\n  retention: ${text}\n`
  const { recording } = await load(retention('{ default: 400d, environments: { staging: 30d } }'))
  t.match(recording.retention, {
    ...{ defaultMs: 400 * 86_400_000, databases: [] },
    environments: [['staging', 30 * 86_400_000]],
  })
  await t.rejects(load(retention('{ default: 12h }')), { message: /from 1d to 20000d/ })
  const shred = 'recording:\n  shred_after: { default: 90d, environments: { staging: 7d } }\n'
  t.match((await load(shred)).recording, {
    retention: { defaultMs: undefined },
    shredAfter: { defaultMs: 90 * 86_400_000, environments: [['staging', 7 * 86_400_000]] },
  })
  const soon = load('recording:\n  shred_after: { default: 1h }\n')
  await t.rejects(soon, { message: /from 1d to 20000d/ })
  await t.rejects(load(retention('{ databases: { nope: 3d } }')), { message: /no such database/ })
  await t.rejects(load(retention('{ environments: { prod: 3d } }')), { message: /environment/ })
})
