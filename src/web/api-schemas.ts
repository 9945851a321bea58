/**
 * The shapes of the HTTP API, from which its OpenAPI document is made. Times are ISO 8601 in UTC;
 * what is unknown or does not apply is absent.
 */
import { z } from 'zod'
import type { RunResult } from '../approvals/approval.ts'
import { type GrantState, type GrantTerms, grantKinds } from '../approvals/grant.ts'

/** Those that have a name in the document. */
export const components: Map<string, z.ZodType> = new Map()

function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  components.set(id, schema)
  return schema
}

const at = z.iso.datetime()
const decision = z.enum(['approved', 'denied'])

export const errorSchema: z.ZodType = named(
  'Error',
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
)

export const stateSchema: z.ZodType = named(
  'State',
  z.enum([
    'pending',
    'approved',
    'denied',
    'expired',
    'withdrawn',
    'running',
    'finished',
    'failed',
  ]),
)

const requester = z.object({
  name: z.string(),
  kind: z.enum(['person', 'agent']),
  owner: z.string().optional().describe('The person who answers for an agent.'),
})

const effect = z.object({
  kind: z.string(),
  object: z
    .object({ type: z.string(), schema: z.string().optional(), name: z.string() })
    .optional(),
  unfiltered: z.literal(true).optional().describe('Nothing narrows it.'),
  detail: z.string().optional(),
})

const impact = named(
  'Impact',
  z.object({
    rows: z.number().int().optional().describe('That its plan expects to be written or shown.'),
    noEstimate: z.string().optional().describe('Why there are no rows.'),
    tables: z.array(
      z.object({
        table: z.string(),
        rows: z.number().optional().describe('Of the whole table, by statistics.'),
        bytes: z.number().optional(),
        access: z.enum(['index', 'whole']).optional(),
        index: z.string().optional(),
      }),
    ),
    locks: z.array(
      z.object({
        table: z.string(),
        mode: z.string(),
        blocks: z
          .enum(['rows', 'definitions', 'writes', 'everything'])
          .describe('What others cannot do to the table meanwhile.'),
      }),
    ),
    cascades: z
      .array(
        z.object({
          table: z.string(),
          does: z.enum(['delete', 'update', 'truncate']),
          rows: z.number().optional(),
        }),
      )
      .describe('What foreign keys reach.'),
    undo: z
      .enum(['nothing', 'rollback', 'never'])
      .describe('What takes it back; rollback: until its transaction ends.'),
    commits: z.literal(true).optional().describe('It commits what its transaction did before.'),
    openMs: z.number().optional().describe('How long its transaction had been open.'),
  }),
)

const surface = z.enum(['web', 'terminal', 'api', 'slack', 'teams', 'rule', 'grant'])

export const grantTermsSchema: z.ZodType<GrantTerms> = named(
  'GrantTerms',
  z.strictObject({
    kind: z
      .enum(grantKinds)
      .describe('statement: this text with any parameters; table; rule: all that it holds.'),
    seconds: z.number().int().min(1),
    times: z.number().int().min(1),
  }),
)
const grantTerms = grantTermsSchema

export const grantStates: readonly GrantState[] = ['active', 'used up', 'expired', 'revoked']

const grant = named(
  'Grant',
  z.object({
    id: z.string().describe('Of the approval that it was given with.'),
    shortId: z.string(),
    url: z.string(),
    state: z.enum(grantStates).optional(),
    kind: z.enum(grantKinds),
    requester,
    database: z.string(),
    environment: z.string(),
    rules: z.array(z.string()),
    effects: z.array(effect),
    statement: z.string().describe('What it was given for: the beginning, without literals.'),
    by: z.array(z.string()).describe('Who gave it.'),
    times: z.number().int(),
    used: z.number().int(),
    createdAt: at,
    expiresAt: at,
    revokedAt: at.optional(),
    revokedBy: z.string().optional(),
    revokedReason: z.string().optional(),
  }),
)

const answer = z.object({
  name: z.string(),
  groups: z.array(z.string()).describe('The person’s, when they answered.'),
  decision,
  surface,
  at,
  reason: z.string().optional(),
  grant: grantTerms.optional().describe('What the person gave beyond this run.'),
  stale: z.literal(true).optional().describe('Given before it drifted: it counts no more.'),
})

const result = z.object({
  ok: z.boolean(),
  tag: z.string().optional().describe('`DELETE 3`, `exit 0`.'),
  rows: z.number().int().optional(),
  error: z.string().optional(),
  durationMs: z.number(),
})

const facts = {
  id: z.string(),
  shortId: z.string().describe('For people: four to six letters and digits.'),
  url: z.string().describe('Its page.'),
  state: stateSchema,
  sessionId: z.string(),
  statementNumber: z.number().int(),
  requester,
  database: z.string(),
  environment: z.string(),
  application: z.string().optional(),
  rules: z.array(z.string()),
  reason: z.string().describe('Why it is held.'),
  requesterReason: z
    .string()
    .optional()
    .describe('Why it is wanted, in the requester’s own words: one line.'),
  hint: z.string().optional().describe('What would pass.'),
  risk: z.enum(['low', 'medium', 'high']),
  effects: z.array(effect),
  maskedColumns: z.array(z.string()),
  impact: impact.optional().describe('What it would touch; absent: nobody looked.'),
  approvers: z
    .object({ any: z.array(z.object({ group: z.string(), count: z.number().int() })) })
    .describe('One alternative is enough: so many distinct people of that group.'),
  inTransaction: z.boolean(),
  ownerMayApprove: z.boolean(),
  onHold: z.string().optional(),
  createdAt: at,
  expiresAt: at,
  answers: z.array(answer).describe('Oldest first. The latest of each person counts.'),
  drifts: z
    .array(
      z.object({
        at,
        what: z.string().describe('What changed.'),
        answers: z.number().int().describe('How many had been given.'),
        approved: z.boolean().describe('Whether they had approved it.'),
      }),
    )
    .describe('Each time that people were asked again.'),
  settledAt: at.optional(),
  settledReason: z.string().optional(),
  startedAt: at.optional(),
  endedAt: at.optional(),
  result: result.optional(),
  grantable: z
    .object({
      kinds: z.array(z.enum(grantKinds)),
      secondsMax: z.number().int(),
      timesMax: z.number().int(),
    })
    .optional()
    .describe('What may be granted with an approval; absent: nothing.'),
  shortcut: z
    .enum(['rule', 'grant', 'break_glass'])
    .optional()
    .describe('Why nobody was asked; absent: people were.'),
  grantedBy: z.string().optional().describe('The short id of the grant that covers it.'),
  review: z
    .object({
      state: z.enum(['open', 'closed']),
      by: z.string().optional(),
      surface: surface.optional(),
      comment: z.string().optional(),
      at: at.optional(),
    })
    .optional()
    .describe('Of what broke the glass: somebody else has to look at it afterwards.'),
  bars: z
    .object({ approve: z.string().optional(), deny: z.string().optional() })
    .describe('Why the caller may not approve or deny; absent when they may.'),
}

const approval = named(
  'Approval',
  z.object({
    ...facts,
    text: z.string().describe('As it would run.'),
    parameters: z.array(z.string().nullable()),
    normalized: z.string().describe('Without literals.'),
    digest: z.string().describe('Of what is asked. A decision names it.'),
    grant: grant.optional().describe('What it allowed beyond its own run.'),
  }),
)

const summary = named('ApprovalSummary', z.object({ ...facts, preview: z.string() }))

export const approvalSchema: z.ZodType = z.object({ approval })
export const approvalListSchema: z.ZodType = z.object({ approvals: z.array(summary) })

export const approveSchema: z.ZodType = named(
  'Approve',
  z.object({
    digest: z.string().describe('Of the approval that was shown.'),
    reason: z.string().optional(),
    surface: z.enum(['terminal', 'api']).optional(),
    grant: grantTermsSchema.optional().describe('More than this run; needs the scope grant.'),
  }),
)

export const grantSchema: z.ZodType = z.object({ grant })
export const grantListSchema: z.ZodType = z.object({ grants: z.array(grant) })
export const givenGrantSchema: z.ZodType = z.object({
  approval,
  grant: grant.optional().describe('Absent: others have to give it, too.'),
})

interface GiveGrantBody extends GrantTerms {
  readonly approval: string
  readonly digest: string
  readonly reason?: string | undefined
}

export const giveGrantSchema: z.ZodType<GiveGrantBody> = named(
  'GiveGrant',
  z.strictObject({
    approval: z.string().max(100).describe('Id of a request that waits.'),
    digest: z.string().max(100).describe('Of the approval that was shown.'),
    kind: z.enum(grantKinds),
    seconds: z.number().int().min(1),
    times: z.number().int().min(1),
    reason: z.string().max(2000).optional(),
  }),
)

interface CloseReviewBody {
  readonly comment: string
  readonly surface?: 'terminal' | 'api' | undefined
}

export const closeReviewSchema: z.ZodType<CloseReviewBody> = named(
  'CloseReview',
  z.strictObject({
    comment: z.string().max(2000).regex(/\S/, { error: 'a comment' }),
    surface: z.enum(['terminal', 'api']).optional(),
  }),
)

export const denySchema: z.ZodType = named(
  'Deny',
  z.object({
    digest: z.string().describe('Of the approval that was shown.'),
    reason: z.string().min(1).describe('The requester sees it.'),
    surface: z.enum(['terminal', 'api']).optional(),
  }),
)

const sessionFacts = {
  id: z.string(),
  user: z.string(),
  kind: z.enum(['person', 'agent']),
  owner: z.string().optional(),
  database: z.string(),
  environment: z.string(),
  application: z.string().optional(),
  startedAt: at,
  endedAt: at.optional(),
  statements: z.number().int(),
}

const statement = z.object({
  number: z.number().int(),
  at,
  text: z.string(),
  verdict: z.enum(['allow', 'hold', 'deny']),
  rules: z.array(z.string()),
  approvalId: z.string().optional(),
  tag: z.string().optional(),
  rows: z.number().int().optional(),
  error: z.string().optional(),
  durationMs: z.number().optional(),
})

const count = z.number().int()

export const sessionListSchema: z.ZodType = z.object({
  sessions: z.array(
    named(
      'SessionSummary',
      z.object({
        ...sessionFacts,
        owner: z.string().nullable(),
        purpose: z.string().nullable(),
        protocol: z.string(),
        application: z.string().nullable(),
        remoteAddress: z.string(),
        tls: z.boolean(),
        endedAt: at.nullable(),
        state: z.enum(['open', 'ended', 'cut']).describe('cut: the proxy stopped without an end.'),
        endReason: z.string().nullable(),
        ...{ held: count, denied: count, failed: count, rows: count, brokeGlass: count },
        matched: count.optional().describe('Statements that fit, when any were asked for.'),
      }),
    ),
  ),
  next: z.string().optional().describe('For "after"; absent on the last page.'),
  behindBytes: count.optional().describe('Of the journal, not in the archive yet.'),
})
export const sessionSchema: z.ZodType = z.object({
  session: named('Session', z.object({ ...sessionFacts, items: z.array(statement) })),
})

const line = (max: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, { error: 'one line of text' })
const shortReason = z.string().max(2000).optional()

interface RequestBody {
  readonly kind: string
  readonly title: string
  readonly what: string
  readonly context?: Readonly<Record<string, string>> | undefined
  readonly environment: string
  readonly reason?: string | undefined
}

export const requestSchema: z.ZodType<RequestBody> = named(
  'Request',
  z.strictObject({
    kind: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, { error: 'lower-case letters, digits and dashes' })
      .describe('`command`, `role-change`.'),
    title: line(200).describe('For people.'),
    what: z.string().min(1).max(20_000).describe('What would be done, whole. No secrets.'),
    context: z
      .record(line(64), z.string().max(20_000))
      .optional()
      .describe('What else the decision is bound to, by name.'),
    environment: line(64),
    reason: shortReason.describe('Why it is asked for.'),
  }),
)

interface ClaimBody {
  readonly digest: string
  readonly leaseSeconds?: number | undefined
}

export const claimSchema: z.ZodType<ClaimBody> = named(
  'Claim',
  z.strictObject({
    digest: z.string().max(100).describe('Of the approval: of what is about to be done.'),
    leaseSeconds: z
      .number()
      .int()
      .min(2)
      .max(3600)
      .optional()
      .describe('Renew it sooner than that, or it counts as lost. Absent: it waits for ever.'),
  }),
)

export const renewSchema: z.ZodType<Readonly<Record<string, never>>> = named(
  'Renew',
  z.strictObject({}),
)

export const finishedSchema: z.ZodType<RunResult> = named(
  'Finished',
  z.strictObject({
    ok: z.boolean(),
    tag: line(100).optional().describe('`exit 0`.'),
    error: line(500).optional().describe('No values.'),
    durationMs: z.number().min(0),
  }),
)

export const withdrawSchema: z.ZodType<{ readonly reason?: string | undefined }> = named(
  'Withdraw',
  z.strictObject({ reason: shortReason }),
)
