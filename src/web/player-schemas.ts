/** The shapes of what the player gets, for the document of the API. Times in µs since the start. */
import { z } from 'zod'

const us = z.number()
const count = z.number().int()
const verdict = z.enum(['allow', 'hold', 'deny'])

const result = z.object({
  id: count.describe('For rows and CSV; counted over the session.'),
  atUs: us,
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      rule: z.string().optional().describe('The masking rule that hid its values.'),
    }),
  ),
  hidden: z.array(z.string()).describe('Masking rules of a COPY, which has no columns.'),
  kind: z.enum(['rows', 'copy in', 'copy out', 'none']),
  rows: count,
  kept: count.describe('Rows that can be asked for.'),
  marks: z.array(z.tuple([us, count])).describe('How many rows there were by then.'),
  tag: z.string().optional(),
  error: z.object({ code: z.string(), text: z.string() }).optional(),
})

const statement = z.object({
  number: count,
  atUs: us,
  text: z.string().optional().describe('Absent: its key is gone.'),
  normalized: z.string(),
  parameters: z.array(z.string().nullable()),
  tag: z.string(),
  effects: z.array(z.string()),
  tables: z.array(z.string()),
  verdict,
  rules: z.array(z.string()),
  reason: z.string(),
  observed: verdict.optional(),
  approval: z.string().optional(),
  waitedUs: z.object({ from: us, to: us.optional() }).optional(),
  endedUs: us.optional(),
  rows: count,
  bytes: count,
  error: z.string().optional(),
  notes: z.array(
    z.object({
      atUs: us,
      kind: z.enum(['waiting', 'good', 'bad', 'notice']),
      text: z.string(),
    }),
  ),
  results: z.array(result),
})

export const timelineSchema: z.ZodType = z.object({
  session: z.object({
    id: z.string(),
    user: z.string(),
    kind: z.enum(['person', 'agent']),
    owner: z.string().nullable(),
    purpose: z.string().nullable(),
    database: z.string(),
    environment: z.string(),
    protocol: z.string(),
    application: z.string().nullable(),
    remoteAddress: z.string(),
    tls: z.boolean(),
    startedAt: z.iso.datetime(),
  }),
  state: z.enum(['live', 'ended']).describe('live: it runs on this node.'),
  version: count.describe('For "since".'),
  more: z.boolean().describe('Ask again at once.'),
  durationUs: us,
  statements: z.array(statement).describe('Those that changed, at most 500.'),
  gaps: z.array(z.object({ atUs: us, reason: z.string(), bytes: count })),
  left: count.describe('Statements that are not in here, because there are too many.'),
  endReason: z.string().nullable(),
})

export const rowsSchema: z.ZodType = z.object({
  from: count,
  rows: z.array(
    z.array(
      z.union([
        z.string(),
        z.null(),
        z.object({ cut: z.string(), length: count.describe('In characters.') }),
      ]),
    ),
  ),
})

export const hitsSchema: z.ZodType = z.object({
  hits: z
    .array(z.object({ statement: count, result: count.optional(), row: count.optional() }))
    .describe('At most 1000.'),
})

export const chainSchema: z.ZodType = z.object({
  records: count,
  signed: count.describe('How many of them a signature covers by now.'),
  findings: z.array(z.string()).describe('What was altered; empty when nothing was.'),
})

export const endSchema: z.ZodType = z.object({
  reason: z.string().min(1).max(500).describe('It is recorded.'),
})

export const endedSchema: z.ZodType = z.object({ ended: z.string().describe('Its id.') })
