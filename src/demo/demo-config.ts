/**
 * The demo's configuration, written as a person would write it: the file is in the data folder, and
 * every command takes it with `-c`. Passwords are made up once for each data folder.
 */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nativePassword } from '../identity/native-password.ts'
import { scramVerifier } from '../identity/scram-verifier.ts'

export interface DemoPasswords {
  /** A person with a database client. */
  readonly analyst: string
  /** An agent that belongs to the analyst. */
  readonly copilot: string
  /** Decides in the console. */
  readonly reviewer: string
  /** The proxy's own, for the sample database. */
  readonly shop: string
  /** The superuser of the sample's server. */
  readonly postgres: string
  /** The account `root` of the MySQL sample's server. */
  readonly mysql: string
}

export interface DemoConfigOptions {
  readonly dataDir: string
  readonly postgresPort: number
  readonly httpPort: number
  /** As clients name it. */
  readonly database: string
  /** With user and password. */
  readonly upstreamUrl: string
  /** It is the sample shop, whose columns are known. */
  readonly sample: boolean
  /** The sample for MySQL clients, too. */
  readonly mysql: MysqlSample | undefined
  readonly passwords: DemoPasswords
}

export interface MysqlSample {
  readonly port: number
  /** As clients name it, and as the server does. */
  readonly database: string
  /** With user and password. */
  readonly upstreamUrl: string
}

/** What the proxy keeps, inside of the data folder. */
export const proxyFolder = 'countersign'

/** The passwords of a data folder: those of the last time, or new ones. */
export async function demoPasswords(dataDir: string): Promise<DemoPasswords> {
  const path = join(dataDir, 'passwords.json')
  const known = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'))
  const passwords: DemoPasswords = {
    analyst: password(),
    copilot: password(),
    reviewer: password(),
    shop: password(),
    postgres: password(),
    mysql: password(),
    ...known,
  }
  await writeFile(path, `${JSON.stringify(passwords, undefined, 2)}\n`, { mode: 0o600 })
  return passwords
}

/** Writes the file and returns its path. */
export async function writeDemoConfig(options: DemoConfigOptions): Promise<string> {
  await writeFile(join(options.dataDir, 'upstream.url'), `${options.upstreamUrl}\n`, {
    mode: 0o600,
  })
  if (options.mysql !== undefined) {
    const path = join(options.dataDir, 'upstream-mysql.url')
    await writeFile(path, `${options.mysql.upstreamUrl}\n`, { mode: 0o600 })
  }
  const path = join(options.dataDir, 'demo.yaml')
  await writeFile(path, await demoConfig(options), { mode: 0o600 })
  return path
}

/** The text of the file. */
export async function demoConfig(options: DemoConfigOptions): Promise<string> {
  const { passwords, mysql } = options
  const [analyst, copilot, reviewer] = await Promise.all(
    [passwords.analyst, passwords.copilot, passwords.reviewer].map(each => scramVerifier(each)),
  )
  const schemas = ['public', ...(mysql === undefined ? [] : [mysql.database])]
  return `# The demo. Written anew whenever it starts: copy it before you change it.

listen:
  postgres: 127.0.0.1:${options.postgresPort}
${mysql === undefined ? '' : `  mysql: 127.0.0.1:${mysql.port}\n`}  http: 127.0.0.1:${options.httpPort}

data_dir: ./${proxyFolder}

databases:
  ${quoted(options.database)}:
    environment: demo
    # Clients never see this address, nor the password in it.
    upstream: { url_file: ./upstream.url, tls: ${options.sample ? 'disable' : 'prefer'} }
${mysql === undefined ? '' : mysqlDatabase(mysql)}
users:
  analyst:
    password_verifier: ${quoted(analyst)}
${mysql === undefined ? '' : nativeVerifier(passwords.analyst)}    groups: [analysts]
  copilot:
    password_verifier: ${quoted(copilot)}
${mysql === undefined ? '' : nativeVerifier(passwords.copilot)}    groups: [agents]
    agent: true
    owner: analyst
    purpose: answers questions about orders
  reviewer:
    password_verifier: ${quoted(reviewer)}
    groups: [reviewers, auditors]

policy:
  # Holds what is hard to undo: UPDATE and DELETE without WHERE, TRUNCATE, DROP, GRANT, exports, …
  preset: recommended
  rules:
${options.sample ? samplePolicy(schemas) : agentPolicy}
masking:
  rules:
${options.sample ? sampleMasking(schemas) : guessedMasking}
approvals:
  reviewers: { any: [{ group: reviewers }] }
  expires: 10m

recording:
  rows: true
  archive: embedded
`
}

function mysqlDatabase({ database }: MysqlSample): string {
  return `  # For MySQL and MariaDB clients: the same rows.
  ${quoted(database)}:
    environment: demo
    upstream: { url_file: ./upstream-mysql.url, tls: prefer }
`
}

/** Any client can then connect, the oldest included. */
function nativeVerifier(text: string): string {
  return `    mysql_native_verifier: '*${nativePassword(text).toString('hex').toUpperCase()}'\n`
}

const agentPolicy = `    - name: agents-ask-before-writing
      action: hold
      kind: agent
      effects: [insert, update, delete]
      reason: 'An agent wants to {effect} {object}.'
`

const samplePolicy = (
  schemas: readonly string[],
): string => `${agentPolicy}    - name: agents-keep-out-of-payments
      action: deny
      kind: agent
      objects: [${of(schemas, 'payments')}]
      reason: 'Agents have no business with {object}.'
      hint: 'monthly_revenue has the sums.'
`

const sampleMasking = (schemas: readonly string[]): string => `    - name: customer-email
      columns: [${of(schemas, 'customers.email')}]
      mask: email
    - name: customer-phone
      columns: [${of(schemas, 'customers.phone')}]
      mask: { partial: { first: 3, last: 2 } }
    - name: customer-national-id
      columns: [${of(schemas, 'customers.national_id')}]
      mask: redact
    - name: customer-card
      columns: [${of(schemas, 'customers.card_number')}]
      mask: { partial: { last: 4 } }
    - name: customer-birthday
      columns: [${of(schemas, 'customers.date_of_birth')}]
      mask: { generalize: { to: year } }
    # Free text may hold anything.
    - name: customer-notes
      columns: [${of(schemas, 'customers.notes')}]
      mask: 'null'
    - name: salaries
      columns: [${of(schemas, 'employees.salary')}]
      mask: { generalize: { bucket: 10000 } }
    # The same account keeps the same token, so that it can be counted and joined.
    - name: bank-accounts
      columns: [${of(schemas, 'payments.iban')}]
      mask: tokenize
`

const guessedMasking = `    # Guessed from names that are common: say here what is personal in your database.
    - name: email
      columns: ['*.*.email', '*.*.e_mail', '*.*.email_address']
      mask: email
    - name: phone
      columns: ['*.*.phone', '*.*.phone_number', '*.*.mobile', '*.*.telephone']
      mask: { partial: { first: 3, last: 2 } }
    - name: birthday
      columns: ['*.*.date_of_birth', '*.*.birth_date', '*.*.birthday', '*.*.dob']
      mask: { generalize: { to: year } }
    - name: card
      columns: ['*.*.card_number', '*.*.credit_card*', '*.*.pan', '*.*.iban']
      mask: { partial: { last: 4 } }
    - name: secrets
      columns:
        - '*.*.ssn'
        - '*.*.national_id'
        - '*.*.passport*'
        - '*.*.salary'
        - '*.*.password*'
        - '*.*.*_secret'
        - '*.*.*_token'
      mask: redact
`

/** The same table or column of each sample. */
function of(schemas: readonly string[], name: string): string {
  return schemas.map(schema => `${schema}.${name}`).join(', ')
}

/** Letters and digits only: it stands in URLs and shell lines. */
function password(): string {
  return randomBytes(9)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, 'x')
}

/** A YAML string; JSON's strings are YAML's. */
function quoted(text: string | undefined): string {
  return JSON.stringify(text ?? '')
}
