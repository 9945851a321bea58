/** Drivers of other languages see through the proxy what they see without it. */

import t from 'tap'
import { ensure, type ToolName } from '../support/clients.ts'
import { password, startProxy } from '../support/proxy.ts'
import { inRepository } from '../support/repository.ts'
import { runProgram } from '../support/run-program.ts'

const python = '/usr/bin/python3'

interface Driver {
  readonly name: string
  readonly needs: readonly ToolName[]
  readonly command: readonly string[]
}

const script = (name: string): string => inRepository(`test/clients/${name}`)

const drivers: readonly Driver[] = [
  {
    name: 'psycopg 3',
    needs: ['python3-psycopg'],
    command: [python, script('with_psycopg.py')],
  },
  {
    name: 'psycopg 2',
    needs: ['python3-psycopg2'],
    command: [python, script('with_psycopg2.py')],
  },
  {
    name: 'asyncpg',
    needs: ['python3-asyncpg'],
    command: [python, script('with_asyncpg.py')],
  },
  {
    name: 'JDBC',
    needs: ['java', 'javac', 'postgresql-jdbc'],
    command: ['java', '-cp', '/usr/share/java/postgresql.jar', script('WithJdbc.java')],
  },
]

// The scripts drop a table that is not there, which the preset holds for everybody.
const rules = `
  rules:
    - { name: scratch, action: allow, effects: [drop], objects: ['*.no_such_table_here', no_such_table_here], lifts: [drop] }
`

t.test('drivers of other languages', async t => {
  for (const { needs } of drivers) for (const tool of needs) await ensure(tool)
  const proxy = await startProxy(t, { rules })
  const { upstream } = proxy
  for (const { name, command } of drivers) {
    await t.test(`${name} sees the same`, async t => {
      const [program = '', ...args] = command
      const run = (port: number, user: string, pass: string, database: string) =>
        runProgram(program, [...args, '127.0.0.1', String(port), user, pass, database])
      const direct = await run(upstream.port, upstream.user, upstream.password, upstream.database)
      t.match(direct, { code: 0, stderr: '' })
      const through = await run(proxy.port, 'analyst', password, 'shop')
      t.match(through, { code: 0, stderr: '' })
      t.ok(direct.stdout.length > 1000, 'it saw something')
      t.strictSame(through.stdout.toString().split('\n'), direct.stdout.toString().split('\n'))
    })
  }
})
