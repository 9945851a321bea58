/**
 * The configuration file as it is written: the shape that schema.ts checks and resolve.ts reads.
 * Keys are those of the YAML.
 */
import type { EffectKind, PredicateKind } from '../../protocols/protocol.ts'
import type { TransitionType } from '../approvals/webhooks/transitions.ts'
import type { TokenScope } from '../identity/tokens.ts'
import type { PresetName } from '../policy/presets.ts'
import type { Action, Risk } from '../policy/rule.ts'

export interface ConfigFile {
  readonly listen?: ListenSection | undefined
  readonly data_dir?: string | undefined
  readonly state?: StateSection | undefined
  readonly limits?: LimitsSection | undefined
  readonly databases: Readonly<Record<string, DatabaseSection>>
  readonly users: Readonly<Record<string, UserSection>>
  readonly tokens?: Readonly<Record<string, TokenSection>> | undefined
  readonly policy?: PolicySection | undefined
  readonly masking?: MaskingSections | undefined
  readonly approvals?: ApprovalsSection | undefined
  readonly recording?: RecordingSection | undefined
  readonly siem?: readonly SiemSection[] | undefined
  readonly keys?: KeysSection | undefined
}

export interface ListenSection {
  readonly postgres?: string | number | undefined
  readonly mysql?: string | number | undefined
  readonly http?: string | number | undefined
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  readonly public_url?: string | undefined
  readonly insecure?: boolean | undefined
}

export interface StateSection extends UpstreamSection {
  readonly node?: string | undefined
}

export interface LimitsSection {
  readonly startup_time?: string | undefined
  readonly startup_size?: string | undefined
  readonly statement_size?: string | undefined
  readonly frame_size?: string | undefined
  readonly buffered_size?: string | undefined
}

export interface DatabaseSection {
  readonly protocol?: 'postgres' | 'mysql' | undefined
  readonly environment?: string | undefined
  readonly durability?: 'write' | 'fsync' | undefined
  readonly upstream: string | UpstreamSection
}

export interface UpstreamSection {
  readonly url_env?: string | undefined
  readonly url_file?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly database?: string | undefined
  readonly user?: string | undefined
  readonly password_env?: string | undefined
  readonly password_file?: string | undefined
  readonly tls?: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full' | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

export interface UserSection {
  readonly password_verifier?: string | undefined
  readonly password_env?: string | undefined
  readonly password_file?: string | undefined
  readonly mysql_native_password?: boolean | undefined
  readonly mysql_native_verifier?: string | undefined
  readonly on_hold?: 'wait' | 'return' | undefined
  readonly slack?: string | undefined
  readonly teams?: string | undefined
  readonly email?: string | undefined
  readonly groups?: readonly string[] | undefined
  readonly databases?: readonly string[] | undefined
  readonly agent?: boolean | undefined
  readonly owner?: string | undefined
  readonly purpose?: string | undefined
}

export interface TokenSection {
  readonly sha256: string
  readonly user: string
  readonly scopes: readonly TokenScope[]
  readonly expires?: string | undefined
}

export interface PolicySection {
  readonly mode?: 'enforce' | 'observe' | undefined
  readonly preset?: PresetName | undefined
  readonly default?: Action | undefined
  readonly rules?: readonly RuleSection[] | undefined
  readonly budgets?: readonly BudgetSection[] | undefined
}

export interface BudgetSection
  extends Pick<
    RuleSection,
    | 'name'
    | 'objects'
    | 'except_objects'
    | 'users'
    | 'groups'
    | 'except_users'
    | 'except_groups'
    | 'kind'
    | 'databases'
    | 'environments'
    | 'approvers'
    | 'risk'
  > {
  readonly rows?: number | undefined
  readonly bytes?: string | undefined
  readonly per?: 'statement' | 'session' | 'identity' | undefined
  readonly window?: string | undefined
  readonly action?: 'hold' | 'deny' | undefined
}

export interface RuleSection {
  readonly name: string
  readonly action: Action
  readonly effects?: readonly EffectKind[] | undefined
  readonly objects?: readonly string[] | undefined
  readonly except_objects?: readonly string[] | undefined
  readonly details?: readonly string[] | undefined
  readonly except_details?: readonly string[] | undefined
  readonly unfiltered?: boolean | undefined
  readonly reads_masked?: boolean | undefined
  readonly moves_masked?: boolean | undefined
  readonly predicates_masked?: readonly PredicateKind[] | undefined
  readonly rows_over?: number | undefined
  readonly users?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly except_users?: readonly string[] | undefined
  readonly except_groups?: readonly string[] | undefined
  readonly kind?: 'person' | 'agent' | undefined
  readonly databases?: readonly string[] | undefined
  readonly environments?: readonly string[] | undefined
  readonly applications?: readonly string[] | undefined
  readonly hours?: HoursSection | undefined
  readonly transaction?: readonly ('idle' | 'open' | 'failed')[] | undefined
  readonly expr?: string | undefined
  readonly lifts?: readonly string[] | undefined
  readonly approvers?: ApproversSection | undefined
  readonly durability?: 'fsync' | undefined
  readonly require_reason?: boolean | undefined
  readonly grants?: GrantsSection | undefined
  readonly auto_approve?: AutoApproveSection | undefined
  readonly break_glass?: BreakGlassSection | undefined
  readonly risk?: Risk | undefined
  readonly reason?: string | undefined
  readonly hint?: string | undefined
}

export interface GrantsSection {
  readonly kinds: readonly ('statement' | 'table' | 'rule')[]
  readonly max_time?: string | undefined
  readonly max_count?: number | undefined
}

export interface AutoApproveSection {
  readonly hours?: HoursSection | undefined
  readonly environments?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly databases?: readonly string[] | undefined
  readonly require_reason?: boolean | undefined
}

export interface BreakGlassSection {
  readonly groups: readonly string[]
  readonly agents?: boolean | undefined
}

export type Day = 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat'

export interface HoursSection {
  readonly days?: readonly Day[] | undefined
  readonly from: string
  readonly to: string
  readonly time_zone?: string | undefined
  readonly outside?: boolean | undefined
}

export interface ApproversSection {
  readonly any: readonly { readonly group: string; readonly count?: number | undefined }[]
}

export interface ApprovalsSection {
  readonly expires?: string | undefined
  readonly expires_in_transaction?: string | undefined
  readonly reviewers?: ApproversSection | undefined
  readonly owner_may_approve?: boolean | undefined
  readonly grants?: GrantsSection | undefined
  readonly auto_approve?: AutoApproveSection | undefined
  readonly break_glass?: BreakGlassSection | undefined
  readonly slack?: SlackSection | undefined
  readonly teams?: TeamsSection | undefined
  readonly email?: EmailSection | undefined
  readonly webhooks?: readonly WebhookSection[] | undefined
}

export interface EmailSection {
  readonly smtp_url_env?: string | undefined
  readonly smtp_url_file?: string | undefined
  readonly from: string
  readonly to?:
    | readonly {
        readonly address: string
        readonly groups?: readonly string[] | undefined
        readonly rules?: readonly string[] | undefined
      }[]
    | undefined
  readonly literals?: boolean | undefined
}

export interface WebhookSection {
  readonly url: string
  readonly secret_env?: string | undefined
  readonly secret_file?: string | undefined
  readonly events?: readonly TransitionType[] | undefined
  readonly literals?: boolean | undefined
}

export interface SlackSection {
  readonly bot_token_env?: string | undefined
  readonly bot_token_file?: string | undefined
  readonly app_token_env?: string | undefined
  readonly app_token_file?: string | undefined
  readonly signing_secret_env?: string | undefined
  readonly signing_secret_file?: string | undefined
  readonly channel: string
  readonly mention?: string | undefined
  readonly routes?: readonly SlackRouteSection[] | undefined
  readonly literals?: boolean | undefined
  readonly match_email?: boolean | undefined
  readonly api_url?: string | undefined
}

export interface TeamsSection {
  readonly app_id?: string | undefined
  readonly app_password_env?: string | undefined
  readonly app_password_file?: string | undefined
  readonly tenant?: string | undefined
  readonly conversation?: string | undefined
  readonly routes?:
    | readonly { readonly rules: readonly string[]; readonly conversation: string }[]
    | undefined
  readonly literals?: boolean | undefined
  readonly workflow_url_env?: string | undefined
  readonly workflow_url_file?: string | undefined
  readonly endpoints?: TeamsEndpointsSection | undefined
  readonly playground?: boolean | undefined
}

export interface TeamsEndpointsSection {
  readonly token?: string | undefined
  readonly keys?: string | undefined
  readonly issuer?: string | undefined
  readonly service?: string | undefined
}

export interface SlackRouteSection {
  readonly rules: readonly string[]
  readonly channel: string
  readonly mention?: string | undefined
}

export interface MaskingSections {
  readonly rules: readonly MaskingSection[]
  readonly equality_limit?:
    | {
        readonly count?: number | undefined
        readonly window?: string | undefined
        readonly action?: 'hold' | 'deny' | undefined
      }
    | undefined
}

export interface MaskingSection {
  readonly name: string
  readonly columns: readonly string[]
  readonly mask: MaskSection
  readonly predicates?: 'flag' | 'hold' | 'deny' | 'equality' | undefined
  readonly databases?: readonly string[] | undefined
  readonly users?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly kind?: 'person' | 'agent' | undefined
  readonly purpose?: readonly string[] | undefined
  readonly exempt?: ExemptionSection | readonly ExemptionSection[] | undefined
}

export interface ExemptionSection {
  readonly users?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly until?: string | undefined
  readonly approved_by?: string | undefined
  readonly reason?: string | undefined
}

export type MaskSection =
  | 'redact'
  | 'email'
  | 'card'
  | 'phone'
  | 'iban'
  | 'hash'
  | 'tokenize'
  | 'null'
  | null
  | {
      readonly partial: {
        readonly first?: number | undefined
        readonly last?: number | undefined
        readonly character?: string | undefined
      }
    }
  | { readonly email: { readonly keep_domain?: boolean | undefined } }
  | { readonly card: { readonly last?: 0 | 4 | undefined } }
  | {
      readonly generalize: {
        readonly to?: 'year' | 'month' | 'decade' | undefined
        readonly bucket?: number | undefined
      }
    }

export interface AnchorSection {
  readonly file?: string | undefined
  readonly s3?:
    | {
        readonly bucket: string
        readonly prefix?: string | undefined
        readonly region?: string | undefined
        readonly endpoint?: string | undefined
        readonly lock_days?: number | undefined
      }
    | undefined
  readonly clickhouse?:
    | {
        readonly url: string
        readonly database?: string | undefined
        readonly username?: string | undefined
        readonly password_env?: string | undefined
        readonly password_file?: string | undefined
      }
    | undefined
}

export type KeysSection =
  | 'local'
  | {
      readonly aws_kms: {
        readonly key: string
        readonly signing_key: string
        readonly former_keys?: readonly string[] | undefined
        readonly region?: string | undefined
        readonly endpoint?: string | undefined
      }
    }

export interface RecordingSection {
  readonly sign_every?: string | undefined
  readonly anchors?: readonly AnchorSection[] | undefined
  readonly durability?: 'write' | 'fsync' | undefined
  readonly rows?: boolean | undefined
  readonly auditors?: readonly string[] | undefined
  readonly enders?: readonly string[] | undefined
  readonly archive?:
    | 'embedded'
    | 'none'
    | {
        readonly url: string
        readonly database?: string | undefined
        readonly username?: string | undefined
        readonly password_env?: string | undefined
        readonly password_file?: string | undefined
        readonly cluster?: string | undefined
      }
    | undefined
  readonly retention?: RetentionSection | undefined
  readonly shred_after?: RetentionSection | undefined
}

export interface SiemSection {
  readonly name: string
  readonly format?: 'json' | 'ocsf' | 'cef' | undefined
  readonly events?: readonly string[] | undefined
  readonly size?: string | undefined
  readonly file?: string | undefined
  readonly syslog?:
    | {
        readonly host: string
        readonly port?: number | undefined
        readonly ca?: string | undefined
        readonly cert?: string | undefined
        readonly key?: string | undefined
      }
    | undefined
  readonly http?:
    | {
        readonly url: string
        readonly header?: string | undefined
        readonly token_env?: string | undefined
        readonly token_file?: string | undefined
      }
    | undefined
}

export interface RetentionSection {
  readonly default?: string | undefined
  readonly environments?: Readonly<Record<string, string>> | undefined
  readonly databases?: Readonly<Record<string, string>> | undefined
}
