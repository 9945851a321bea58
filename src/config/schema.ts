/**
 * The shape of the configuration file. Every `error` says what was expected; mistakes.ts adds
 * what came and where. Files, variables and references are resolve.ts's.
 */
import { z } from 'zod'
import { transitionTypes } from '../approvals/webhooks/transitions.ts'
import { tokenScopes } from '../identity/tokens.ts'
import { presetNames } from '../policy/presets.ts'
import { siemFormats } from '../recording/siem/format.ts'
import type { ConfigFile } from './file.ts'
import { addressPattern, durationPattern, mailPattern, sizePattern, timePattern } from './units.ts'

/** A mapping that knows all of its keys; for an unknown one the message lists the known. */
function mapping<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(' ')
  return z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? known : undefined),
  })
}

const text = z.string().min(1, { error: 'some text' })
const names = z.array(text)
const globs = names.describe('Globs: * is any run of characters, ? is one.')
const file = text.describe('Path of a file, relative to this one.')
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'the name of an environment variable' })
const ruleName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'a name of lower-case letters, digits and dashes' })
const duration = z.string().regex(durationPattern, { error: 'a duration such as 30s, 10m or 1h' })
const size = z.string().regex(sizePattern, { error: 'a size such as 64KiB or 16MiB' })
const time = z.string().regex(timePattern, { error: 'a time of day such as 09:00' })
const entraId = z.string().regex(/^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/, {
  error: 'an id such as 1f0c4a52-0f8e-4f8e-9d52-4a1f7c1f0001',
})
const mailbox = z.string().regex(mailPattern, { error: 'an address such as rita@example.com' })
const datePattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/
const dateExpected = 'a date such as 2027-01-31, or with a time such as 2027-01-31T12:00:00Z'
const address = z.union([
  z.string().regex(addressPattern, { error: 'an address such as 127.0.0.1:6432' }),
  z.number().int().min(0).max(65535),
])

const listen = mapping({
  postgres: address.optional().describe('Where Postgres clients connect. 127.0.0.1:6432.'),
  mysql: address.optional().describe('Where MySQL and MariaDB clients connect. 127.0.0.1:6433.'),
  http: address.optional().describe('Console and API. 127.0.0.1:8080.'),
  tls: mapping({ cert: file, key: file }).optional().describe('PEM files, for all listeners.'),
  public_url: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/, { error: 'a URL that starts with https:// or http://' })
    .optional()
    .describe('What links to the console start with, when it is reached by another address.'),
  insecure: z
    .boolean()
    .optional()
    .describe('Listen without TLS on an address that others can reach. Passwords can be read.'),
})

const limits = mapping({
  startup_time: duration.optional().describe('From connecting to the first statement. 30s.'),
  startup_size: size.optional().describe('All that a client may send before. 10KiB.'),
  statement_size: size.optional().describe('The text of a statement. 1MiB.'),
  frame_size: size.optional().describe('A message that has to be read whole. 16MiB.'),
  buffered_size: size.optional().describe('What may wait in memory, each direction. 1MiB.'),
})

const upstream = mapping({
  url_env: variable.optional().describe('Variable that holds a postgres:// or mysql:// URL.'),
  url_file: file.optional(),
  host: text.optional(),
  port: z.number().int().min(1).max(65535).optional(),
  database: text.optional(),
  user: text.optional(),
  password_env: variable.optional(),
  password_file: file.optional(),
  tls: z
    .enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'])
    .optional()
    .describe('As libpq has it. verify-full; on loopback prefer.'),
  ca: file.optional(),
  cert: file.optional(),
  key: file.optional(),
})

const database = mapping({
  protocol: z
    .enum(['postgres', 'mysql'])
    .optional()
    .describe('What its clients speak; mysql for MariaDB too. As the URL has it, else postgres.'),
  environment: text.optional().describe('As you call it: production, staging. production.'),
  durability: z
    .enum(['write', 'fsync'])
    .optional()
    .describe('What statements wait for before they run. recording.durability.'),
  upstream: z.union([
    z
      .string()
      .regex(/^(postgres(ql)?|mysql|mariadb):\/\//, { error: 'a postgres:// or mysql:// URL' }),
    upstream,
  ]),
})

const state = mapping({
  ...upstream.shape,
  url_env: variable.optional().describe('Variable that holds a postgres:// URL.'),
  node: text.optional().describe('What this node is called. The name of its machine.'),
})

const user = mapping({
  password_verifier: text
    .optional()
    .describe('SCRAM-SHA-256$…, as Postgres has it in pg_authid.rolpassword.'),
  password_env: variable.optional(),
  password_file: file.optional(),
  mysql_native_password: z
    .boolean()
    .optional()
    .describe('Let old MySQL clients prove the password by SHA-1. false.'),
  mysql_native_verifier: z
    .string()
    .regex(/^\*[0-9A-Fa-f]{40}$/, { error: 'a * and 40 hexadecimal digits, as mysql.user has it' })
    .optional()
    .describe('The same, for who states a password_verifier.'),
  on_hold: z
    .enum(['wait', 'return'])
    .optional()
    .describe('return: a held statement fails at once, and runs when sent again after approval.'),
  groups: names.optional(),
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]{5,}$/, { error: 'the id of a Slack user, such as U0123456789' })
    .optional()
    .describe('Who this is in Slack: for decisions there, and to be told.'),
  teams: entraId
    .optional()
    .describe('Who this is in Teams, by Entra object id: for decisions there, and to be told.'),
  email: mailbox.optional().describe('For approvals.email and approvals.slack.match_email.'),
  databases: globs.optional().describe('Globs over the databases above; absent: all of them.'),
  agent: z.boolean().optional().describe('Not a person. Needs an owner.'),
  owner: text.optional().describe('The person who answers for the agent.'),
  purpose: text.optional().describe('What the agent does, for reviewers.'),
})

const token = mapping({
  sha256: z
    .string()
    .regex(/^[0-9A-Fa-f]{64}$/, {
      error: '64 hexadecimal digits, as `countersign tokens new` says',
    })
    .describe('Of the token, which itself stands nowhere.'),
  user: text.describe('Who it acts as: it may do what that user may, and no more.'),
  scopes: z
    .array(z.enum(tokenScopes))
    .min(1, { error: 'at least one scope' })
    .describe(
      'read: requests that the user may see; decide: answer them; request: ask; grant: give and revoke grants.',
    ),
  expires: z
    .string()
    .regex(datePattern, { error: dateExpected })
    .optional()
    .describe('From then on it is refused; a date alone is its beginning in UTC.'),
})

const approvers = mapping({
  any: z
    .array(mapping({ group: text, count: z.number().int().min(1).max(20).optional() }))
    .min(1, { error: 'at least one group' })
    .describe('Any one of these suffices: so many distinct people of the group.'),
})

const hours = mapping({
  days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).optional(),
  from: time,
  to: time,
  time_zone: text.optional().describe('IANA name, such as Europe/Berlin. UTC.'),
  outside: z.boolean().optional().describe('The rule applies outside of these hours.'),
})

const grants = mapping({
  kinds: z
    .array(z.enum(['statement', 'table', 'rule']))
    .describe('What a reviewer may allow beyond one run; none: nothing.'),
  max_time: duration.optional().describe('Never longer. 1h.'),
  max_count: z
    .number()
    .int()
    .min(1)
    .max(100_000, { error: 'at most 100000' })
    .optional()
    .describe('Never more runs. 20.'),
}).describe('Grants that reviewers may give.')

const autoApprove = mapping({
  hours: hours.optional(),
  environments: globs.optional(),
  groups: globs.optional().describe("The requester's."),
  databases: globs.optional(),
  require_reason: z.boolean().optional().describe('Only when the requester says why. false.'),
}).describe('Approved at once where all of this holds, and recorded as such.')

const breakGlass = mapping({
  groups: names.min(1, { error: 'at least one group' }).describe('Who may, each time.'),
  agents: z.boolean().optional().describe('Agents of these groups, too. false.'),
}).describe('Runs at once with a reason; everybody is told, and somebody has to look at it after.')

const effect = z.enum([
  'read',
  'insert',
  'update',
  'delete',
  'truncate',
  'create',
  'alter',
  'drop',
  'grant',
  'role',
  'setting',
  'export',
  'import',
  'execute',
  'lock',
  'maintain',
  'transaction',
  'unknown',
])

const rule = mapping({
  name: ruleName,
  action: z.enum(['allow', 'hold', 'deny']).describe('deny beats hold beats allow.'),
  effects: z.array(effect).min(1, { error: 'at least one effect' }).optional(),
  objects: globs.optional().describe('Globs over schema.name; a type: may precede.'),
  except_objects: globs.optional(),
  details: globs.optional(),
  except_details: globs.optional(),
  unfiltered: z.boolean().optional().describe('UPDATE or DELETE that nothing narrows.'),
  reads_masked: z.boolean().optional().describe('Depends on a column masked for this user.'),
  moves_masked: z.boolean().optional().describe('Puts such values somewhere else.'),
  predicates_masked: z
    .array(
      z.enum([
        'equality',
        'range',
        'pattern',
        'computed',
        'comparison',
        'group',
        'order',
        'effect',
      ]),
    )
    .min(1, { error: 'at least one kind of question' })
    .optional()
    .describe('Asks such a thing of a masked column, in WHERE, ON, ORDER BY and their like.'),
  rows_over: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      'hold and deny: its plan expects more rows to be written or shown, or cannot be had.',
    ),
  users: globs.optional(),
  groups: globs.optional(),
  except_users: globs.optional(),
  except_groups: globs.optional(),
  kind: z.enum(['person', 'agent']).optional(),
  databases: globs.optional(),
  environments: globs.optional(),
  applications: globs.optional().describe('application_name, which is what the client claims.'),
  hours: hours.optional(),
  transaction: z.array(z.enum(['idle', 'open', 'failed'])).optional(),
  expr: text
    .optional()
    .describe(
      'CEL over effect, statement, user, masked, database, … for what the rest cannot say.',
    ),
  lifts: names
    .optional()
    .describe('allow only: rules that do not apply to the effects which this one covers.'),
  durability: z
    .literal('fsync')
    .optional()
    .describe('allow only: what it covers runs once its record has reached the disk.'),
  approvers: approvers.optional(),
  require_reason: z
    .boolean()
    .optional()
    .describe('hold only: refused unless the requester says why. false.'),
  grants: grants.optional(),
  auto_approve: autoApprove.optional(),
  break_glass: breakGlass.optional(),
  risk: z.enum(['low', 'medium', 'high']).optional(),
  reason: text.optional().describe('One sentence; {effect} {object} {columns} {user} are filled.'),
  hint: text.optional().describe('What would pass.'),
})

const budget = mapping({
  name: ruleName,
  rows: z.number().int().min(1).optional(),
  bytes: size.optional(),
  per: z
    .enum(['statement', 'session', 'identity'])
    .optional()
    .describe('Whose results are counted together. statement.'),
  window: duration.optional().describe('Of an identity: what counts is what was shown since. 1h.'),
  action: z
    .enum(['hold', 'deny'])
    .optional()
    .describe('When more would go over it: people are asked, or the result ends. hold.'),
  objects: globs.optional().describe('Only what reads one of these counts.'),
  except_objects: globs.optional(),
  users: globs.optional(),
  groups: globs.optional(),
  except_users: globs.optional(),
  except_groups: globs.optional(),
  kind: z.enum(['person', 'agent']).optional(),
  databases: globs.optional(),
  environments: globs.optional(),
  approvers: approvers.optional(),
  risk: z.enum(['low', 'medium', 'high']).optional(),
})

const policy = mapping({
  mode: z.enum(['enforce', 'observe']).optional().describe('observe holds and denies nothing.'),
  preset: z
    .enum(presetNames)
    .optional()
    .describe('The rules to start from; agents and read-only add to recommended. recommended.'),
  default: z
    .enum(['allow', 'hold', 'deny'])
    .optional()
    .describe('For effects that no rule matches. allow.'),
  rules: z.array(rule).optional(),
  budgets: z
    .array(budget)
    .optional()
    .describe('How much of results is shown before people are asked.'),
})

const mask = z.union([
  z.enum(['redact', 'email', 'card', 'phone', 'iban', 'hash', 'tokenize', 'null']),
  z.null(),
  mapping({
    partial: mapping({
      first: z.number().int().min(0).max(64).optional(),
      last: z.number().int().min(0).max(64).optional(),
      character: z.string().regex(/^.$/u, { error: 'one character' }).optional(),
    }),
  }),
  mapping({
    email: mapping({
      keep_domain: z.boolean().optional().describe('The domain, behind a keyed name.'),
    }),
  }),
  mapping({
    card: mapping({
      last: z
        .union([z.literal(0), z.literal(4)], { error: '0 or 4' })
        .optional()
        .describe('How many of the last digits are kept. 0.'),
    }),
  }),
  mapping({
    generalize: mapping({
      to: z.enum(['year', 'month', 'decade']).optional().describe('For dates.'),
      bucket: z.number().positive().optional().describe('For numbers: the width of a bucket.'),
    }),
  }),
])

const exemption = mapping({
  users: names.optional(),
  groups: names.optional(),
  until: z
    .string()
    .regex(datePattern, { error: dateExpected })
    .optional()
    .describe('From then on it is none; a date alone is its beginning in UTC.'),
  approved_by: text.optional(),
  reason: text.optional(),
})

const masking = mapping({
  equality_limit: mapping({
    count: z.number().int().min(1).max(100_000).optional().describe('100.'),
    window: duration.optional().describe('10m.'),
    action: z.enum(['hold', 'deny']).optional().describe('What happens to more. hold.'),
  })
    .optional()
    .describe('With how many values one person may compare a masked column within the window.'),
  rules: z.array(
    mapping({
      name: ruleName,
      columns: z
        .array(
          z
            .string()
            .regex(/^[^.]+\.[^.]+\.[^.\s]+(?:\s+\$.+|[^.$]*)$/, {
              error: 'schema.table.column, such as public.customers.email or *.*.ssn',
            })
            .describe('Globs; a path behind it hides a part of a JSON document: $.phone.'),
        )
        .min(1, { error: 'at least one column' }),
      mask,
      predicates: z
        .enum(['flag', 'hold', 'deny', 'equality'])
        .optional()
        .describe(
          'What may be asked of them unseen: flag records what is more than equality, hold and ' +
            'deny stop it, equality stops orders and groups, too. flag.',
        ),
      databases: globs.optional(),
      users: globs.optional().describe('From whom it hides. Absent: from everybody.'),
      groups: globs.optional(),
      kind: z.enum(['person', 'agent']).optional(),
      purpose: globs.optional().describe("Over the user's purpose; without one it is empty."),
      exempt: z
        .union([exemption, z.array(exemption).min(1, { error: 'at least one exemption' })])
        .optional()
        .describe('Who sees the values themselves, until when, and who has allowed it.'),
    }),
  ),
})

const slackChannel = z
  .string()
  .regex(/^[CGD][A-Z0-9]{5,}$/, { error: 'the id of a Slack channel, such as C0123456789' })
const slackGroup = z
  .string()
  .regex(/^S[A-Z0-9]{5,}$/, { error: 'the id of a Slack user group, such as S0123456789' })

const slack = mapping({
  bot_token_env: variable.optional().describe('Variable that holds the xoxb- token.'),
  bot_token_file: file.optional(),
  app_token_env: variable.optional().describe('xapp- token: Socket Mode, no port has to be open.'),
  app_token_file: file.optional(),
  signing_secret_env: variable.optional().describe('Instead of it: Slack calls public_url.'),
  signing_secret_file: file.optional(),
  channel: slackChannel.describe('Where no route fits.'),
  mention: slackGroup.optional().describe('Told of each request.'),
  routes: z
    .array(mapping({ rules: globs, channel: slackChannel, mention: slackGroup.optional() }))
    .optional()
    .describe('Other channels for what certain rules hold.'),
  literals: z.boolean().optional().describe('Show values of statements in Slack. false.'),
  match_email: z
    .boolean()
    .optional()
    .describe('Know people by the e-mail address that Slack has of them. false.'),
  api_url: z
    .string()
    .regex(/^https?:\/\/.*\/api\/$/, { error: 'a URL that ends with /api/' })
    .optional()
    .describe("Slack's own, unless told."),
})

const teamsConversation = z
  .string()
  .regex(/^19:[\w.-]+@(thread\.(tacv2|skype|v2)|unq\.gbl\.spaces)$/, {
    error: 'the id of a channel or group chat, such as 19:…@thread.tacv2',
  })

const teams = mapping({
  app_id: entraId.optional().describe('Of the Azure bot.'),
  app_password_env: variable.optional().describe('Variable that holds a client secret of it.'),
  app_password_file: file.optional(),
  tenant: entraId.optional().describe('Decisions count from here only.'),
  conversation: teamsConversation.optional().describe('Where no route fits.'),
  routes: z
    .array(mapping({ rules: globs, conversation: teamsConversation }))
    .optional()
    .describe('Other channels for what certain rules hold.'),
  literals: z.boolean().optional().describe('Show values of statements in Teams. false.'),
  workflow_url_env: variable
    .optional()
    .describe('Variable that holds the URL of a Workflows webhook: cards with a link only.'),
  workflow_url_file: file.optional(),
  endpoints: mapping({
    token: text.optional(),
    keys: text.optional(),
    issuer: text.optional(),
    service: text.optional().describe('Then no other host is trusted.'),
  })
    .optional()
    .describe("URLs of another cloud. Microsoft's public one."),
  playground: z
    .boolean()
    .optional()
    .describe("No tokens, for Microsoft's Agents Playground on this machine. false."),
})

const webhook = mapping({
  url: z.string().regex(/^https?:\/\/[^\s#]+$/, { error: 'an https:// URL' }),
  secret_env: variable.optional().describe('Variable that holds what events are signed with.'),
  secret_file: file.optional(),
  events: z.array(z.enum(transitionTypes)).min(1, { error: 'at least one event' }).optional(),
  literals: z.boolean().optional().describe('Send statements with their values. false.'),
})

const email = mapping({
  smtp_url_env: variable
    .optional()
    .describe('Variable that holds smtps://user:password@mail.example.com, or smtp:// (STARTTLS).'),
  smtp_url_file: file.optional(),
  from: text.describe('Countersign <countersign@example.com>.'),
  to: z
    .array(
      mapping({
        address: mailbox,
        groups: names.optional().describe('Only when one of these groups is asked.'),
        rules: globs.optional().describe('Only what certain rules hold.'),
      }),
    )
    .optional()
    .describe('Asked beside the reviewers who have an "email".'),
  literals: z.boolean().optional().describe('Show values of statements in mails. false.'),
})

const approvals = mapping({
  expires: duration.optional().describe('Silence for so long is a denial. 10m.'),
  expires_in_transaction: duration.optional().describe('While locks are held. 60s.'),
  reviewers: approvers.optional().describe('Who approves where no rule says otherwise.'),
  owner_may_approve: z.boolean().optional().describe("Their agents' requests. false."),
  grants: grants.optional().describe('Where no rule says otherwise. None.'),
  auto_approve: autoApprove.optional().describe('Where no rule says otherwise. Never.'),
  break_glass: breakGlass.optional().describe('Where no rule says otherwise. Nobody.'),
  slack: slack.optional(),
  teams: teams.optional(),
  email: email.optional().describe('Reviewers are asked to look, whoever asked is told the end.'),
  webhooks: z.array(webhook).optional().describe('Told of every transition.'),
})

const httpUrl = z.string().regex(/^https?:\/\//, { error: 'an http:// or https:// URL' })

const anchor = mapping({
  file: text.optional().describe('Lines of JSON; on the disk of another machine.'),
  s3: mapping({
    bucket: text,
    prefix: z.string().optional(),
    region: text.optional(),
    endpoint: httpUrl.optional().describe('Of another store than Amazon S3.'),
    lock_days: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Object lock: nobody may delete an anchor before.'),
  }).optional(),
  clickhouse: mapping({
    url: httpUrl,
    database: text.optional(),
    username: text.optional(),
    password_env: variable.optional(),
    password_file: file.optional(),
  }).optional(),
})

const keys = z.union([
  z.literal('local'),
  mapping({
    aws_kms: mapping({
      key: text.describe('Id, ARN or alias of the symmetric key that wraps.'),
      signing_key: text.describe('The same of a key of ECC_NIST_P256 for SIGN_VERIFY.'),
      former_keys: names.optional().describe('What wrapped before, until `keys rotate` was run.'),
      region: text.optional(),
      endpoint: httpUrl.optional(),
    }),
  }),
])

const retention = mapping({
  default: duration.optional().describe('For ever.'),
  environments: z.record(text, duration).optional().describe('Beats the default.'),
  databases: z.record(text, duration).optional().describe('Beats both.'),
}).optional()

const recording = mapping({
  durability: z
    .enum(['write', 'fsync'])
    .optional()
    .describe('write survives a crash of the proxy, fsync one of the machine. write.'),
  rows: z.boolean().optional().describe('Record the rows that clients are shown. true.'),
  auditors: names.optional().describe('Groups that may read recorded sessions. auditors.'),
  enders: names
    .optional()
    .describe('Groups of auditors that may end a session which runs. Those of auditors.'),
  sign_every: duration.optional().describe('How often heads are signed and anchored. 5m.'),
  anchors: z
    .array(anchor)
    .optional()
    .describe('Where signed heads are kept that whoever runs the proxy cannot remove.'),
  archive: z
    .union([
      z.enum(['embedded', 'none']),
      mapping({
        url: z.string().regex(/^https?:\/\//, { error: 'an http:// or https:// URL' }),
        database: text.optional(),
        username: text.optional(),
        password_env: variable.optional(),
        password_file: file.optional(),
        cluster: text
          .optional()
          .describe('As the server calls it: replicated tables, distributed over its shards.'),
      }),
    ])
    .optional(),
  retention: retention.describe(
    'How long the archive keeps sessions, from when they began; at least 1d.',
  ),
  shred_after: retention.describe(
    'How long sessions can be read, from when they ended; their keys are then destroyed. At least 1d.',
  ),
})

const siem = mapping({
  name: ruleName.describe('Of this receiver; how far it has come is kept under it.'),
  format: z.enum(siemFormats).optional().describe('json is our own; ocsf is OCSF 1.6. json.'),
  events: globs.optional().describe('Types: statement, approval.*, policy.*, … All of them.'),
  size: size.optional().describe('Of one event; longer ones are cut. 64KiB, syslog 7KiB.'),
  file: text.optional().describe('Lines are added to it; it may be renamed at any time.'),
  syslog: mapping({
    host: text,
    port: z.number().int().min(1).max(65535).optional().describe('6514.'),
    ca: file.optional().describe('Who signed its certificate. Those that the system trusts.'),
    cert: file.optional(),
    key: file.optional(),
  })
    .optional()
    .describe('RFC 5424 over TLS.'),
  http: mapping({
    url: z.string().regex(/^https?:\/\/[^\s#]+$/, { error: 'an https:// URL' }),
    header: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, { error: 'the name of a header' })
      .optional()
      .describe('That the token is sent in. authorization.'),
    token_env: variable.optional().describe('Variable that holds all of it: Bearer …, Splunk ….'),
    token_file: file.optional(),
  })
    .optional()
    .describe('POST of lines, application/x-ndjson.'),
})

export const configSchema: z.ZodType<ConfigFile> = mapping({
  listen: listen.optional(),
  data_dir: text.optional().describe('State, journal, keys, archive. ./countersign-data.'),
  state: state.optional().describe('A Postgres that several nodes share; else SQLite in data_dir.'),
  limits: limits.optional(),
  databases: z.record(text, database).describe('By the name that clients ask for.'),
  users: z.record(text, user),
  tokens: z
    .record(ruleName, token)
    .optional()
    .describe('Of programs, for the HTTP API; `countersign tokens new` makes them.'),
  policy: policy.optional(),
  masking: masking.optional(),
  approvals: approvals.optional(),
  recording: recording.optional(),
  siem: z.array(siem).optional().describe('Told what is recorded, without values of statements.'),
  keys: keys.optional().describe('What seals and signs recordings. local: a file in data_dir.'),
}).meta({ title: 'Countersign configuration' })
