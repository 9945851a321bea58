/** The lines that the demo prints to be copied. */
import { relative } from 'node:path'
import { clientUrl, type RunningDemo, type RunningMysql } from './start.ts'

export const maskedQuery =
  'SELECT id, name, email, phone, card_number, date_of_birth FROM customers ORDER BY id LIMIT 5;'
export const heldStatement = 'DELETE FROM carts;'

/** How this program is called, as somebody in the current folder would type it. */
export function program(): string {
  const script = process.argv[1]
  return script === undefined ? 'countersign' : `node ${shown(relative(process.cwd(), script))}`
}

export function walkThrough(demo: RunningDemo, temporary: boolean): string {
  const dataDir = shown(demo.proxyDir)
  return `
1. Connect as the analyst. Any Postgres client will do.

     psql '${clientUrl(demo, 'analyst')}'
${demo.mysql === undefined ? '' : mysqlLine(demo, demo.mysql)}
2. Look at personal data: it is masked before it leaves the proxy, whatever the query does to it.

     ${demo.sample ? maskedQuery : 'SELECT * FROM …;   -- columns called email, phone, ssn and the like'}
     ${demo.sample ? 'SELECT row_to_json(c) FROM customers c LIMIT 1;' : '\\copy (SELECT …) TO STDOUT'}

3. Type something that is hard to undo: it waits for a second person.

     ${demo.sample ? heldStatement : 'a DELETE or an UPDATE without WHERE   -- careful: it is your database'}

4. Be that person, in a browser:

     ${demo.http}   user: reviewer   password: ${demo.passwords.reviewer}

   or in a second terminal:

     export COUNTERSIGN_USER=reviewer COUNTERSIGN_PASSWORD=${demo.passwords.reviewer}
     ${program()} approvals --data-dir ${dataDir}
     ${program()} approvals approve ID --data-dir ${dataDir}

5. Quit psql (\\q) and replay the session, rows and all:

     ${program()} sessions list --data-dir ${dataDir}
     ${program()} sessions replay ID --data-dir ${dataDir}
     ${program()} sessions verify --data-dir ${dataDir}

An agent of the analyst's, on a shorter leash:

     psql '${clientUrl(demo, 'copilot')}'

The configuration is ${demo.configPath}. Ctrl-C stops everything${
    temporary ? ', and removes it: --data-dir DIR keeps it' : ''
  }.
`
}

function mysqlLine(demo: RunningDemo, { host, port, database }: RunningMysql): string {
  const password = `--password=${demo.passwords.analyst}`
  return `
   Or any MySQL client, in the dialect of MySQL, with all that follows:

     mysql --host=${host} --port=${port} --user=analyst ${password} ${database}
`
}

/** Quoted where a shell would not take it as it is. */
function shown(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
