/**
 * The configuration as the program uses it: validated, defaults filled, files read, secrets
 * resolved. Written in YAML as schema.ts has it.
 */

import type { MaskingRule } from '../../masking/rules.ts'
import type { Limits, Upstream } from '../../protocols/protocol.ts'
import type { MailOptions } from '../approvals/mail/mail.ts'
import type { TeamsOptions } from '../approvals/teams/teams.ts'
import type { WorkflowOptions } from '../approvals/teams/workflow.ts'
import type { WebhookTarget } from '../approvals/webhooks/webhooks.ts'
import type { TokenConfig } from '../identity/tokens.ts'
import type { UserConfig } from '../identity/users.ts'
import type { KeysConfig } from '../keys/open.ts'
import type { PolicyConfig } from '../policy/rule.ts'
import type { AnchorConfig } from '../recording/anchors/anchor.ts'
import type { SiemConfig } from '../recording/siem/to-siem.ts'

export interface Config {
  /** Absolute path of the file; undefined when it was made by the program. */
  readonly path: string | undefined
  /** Absolute. Holds the state, the journal, the keys and the embedded archive. */
  readonly dataDir: string
  readonly state: StateConfig
  readonly listen: ListenConfig
  readonly limits: Limits
  /** By the name that clients ask for. */
  readonly databases: ReadonlyMap<string, DatabaseConfig>
  readonly users: readonly UserConfig[]
  /** Of programs, for the HTTP API. */
  readonly tokens: readonly TokenConfig[]
  readonly policy: PolicyConfig
  readonly masking: readonly MaskingRule[]
  /** Absent: as much may be asked of masked columns as anybody likes. */
  readonly predicateLimit?: PredicateLimitConfig
  readonly approvals: ApprovalsConfig
  readonly recording: RecordingConfig
  /** Who is told what is recorded. */
  readonly siem: readonly SiemConfig[]
  readonly keys: KeysConfig
}

/** Approvals, grants, and what is to be told of them. */
export type StateConfig =
  /** In `dataDir`, for this node alone. */
  | { readonly kind: 'sqlite' }
  /** For all nodes; this one is called `node`. */
  | { readonly kind: 'postgres'; readonly server: Upstream; readonly node: string }

export interface Address {
  readonly host: string
  readonly port: number
}

export interface ListenConfig {
  /** A protocol is absent when no database speaks it. */
  readonly postgres?: Address
  readonly mysql?: Address
  readonly http: Address
  /** PEM, for all listeners. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** What links to the console start with, without a slash at the end. */
  readonly publicUrl?: string
}

/** Those that the configuration can name; MariaDB speaks mysql. */
export const protocolNames = ['postgres', 'mysql'] as const
export type ProtocolName = (typeof protocolNames)[number]

export interface DatabaseConfig {
  readonly name: string
  readonly protocol: ProtocolName
  readonly upstream: Upstream
  /** As the owner calls it: `production`, `staging`. */
  readonly environment: string
  /** What statements wait for before they run: see RecordingConfig. */
  readonly durability: 'write' | 'fsync'
}

export interface PredicateLimitConfig {
  /** Values that one person may compare a masked column with within the window. */
  readonly count: number
  readonly windowMs: number
  readonly action: 'hold' | 'deny'
}

export interface ApprovalsConfig {
  readonly expireSeconds: number
  /** Shorter, because a transaction holds locks while it waits. */
  readonly expireInTransactionSeconds: number
  /** Groups whose members may sign in to the console and decide. */
  readonly reviewers: readonly string[]
  /** Whether an agent's owner may decide the agent's own requests. */
  readonly ownerMayApprove: boolean
  /** Absent: nothing is told to Slack. */
  readonly slack?: SlackConfig
  /** Absent: nothing is told to Microsoft Teams. */
  readonly teams?: TeamsConfig
  /** One that tells Teams and hears nothing. */
  readonly teamsWorkflow?: WorkflowConfig
  /** Absent: nobody is written to. */
  readonly email?: EmailConfig
  readonly webhooks: readonly WebhookTarget[]
}

export type TeamsConfig = Omit<TeamsOptions, 'people' | 'log' | 'answerMsMax' | 'seenMsMax'>

export type WorkflowConfig = Pick<WorkflowOptions, 'url' | 'literals'>

export type EmailConfig = Omit<MailOptions, 'people' | 'log'>

export interface SlackConfig {
  readonly botToken: string
  /** Socket Mode; else the signing secret is there. */
  readonly appToken: string | undefined
  readonly signingSecret: string | undefined
  /** Channels are ids. */
  readonly channel: string
  readonly mention: string | undefined
  readonly routes: readonly {
    readonly rules: (rule: string) => boolean
    readonly channel: string
    readonly mention: string | undefined
  }[]
  readonly literals: boolean
  readonly matchEmail: boolean
  readonly apiUrl?: string
}

export interface RecordingConfig {
  /** `fsync`: every commit survives a power cut; `write`: every commit survives our own death. */
  readonly durability: 'write' | 'fsync'
  /** Whether the rows that clients are shown are recorded. */
  readonly rows: boolean
  /** How often heads are signed. */
  readonly signMs: number
  /** Where signed heads are kept beside. */
  readonly anchors: readonly AnchorConfig[]
  /** Groups whose members may read recorded sessions in the console. */
  readonly auditors: readonly string[]
  /** Groups that may end sessions, besides reading them. */
  readonly enders: readonly string[]
  readonly archive: ArchiveConfig
  /** Of the archive's rows, from when a session began. */
  readonly retention: RetentionConfig
  /** For how long a session can be read, from when it ended. */
  readonly shredAfter: RetentionConfig
}

export type ArchiveConfig =
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'server'
      readonly url: string
      readonly database: string
      readonly username: string | undefined
      readonly password: string | undefined
      readonly cluster: string | undefined
    }
  | { readonly kind: 'none' }

/** By the database's class, in milliseconds; absent: for ever. */
export interface RetentionConfig {
  readonly defaultMs: number | undefined
  /** Beats the environment's. */
  readonly databases: readonly (readonly [string, number])[]
  readonly environments: readonly (readonly [string, number])[]
}
