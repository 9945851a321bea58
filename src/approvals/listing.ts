/** Lists of approvals: what somebody may see, newest first, without what would run. */
import { type Kysely, sql } from 'kysely'
import { type ApprovalFilter, type ApprovalSummary, type Approvers, maySee } from './approval.ts'
import { factColumns, toFacts, toRequester } from './rows.ts'
import type { Tables } from './schema.ts'

const previewLengthMax = 400
const listDefault = 200
/** SQLite bounds the variables of a statement. */
const listMax = 500
const sievedMax = 5000

export async function listApprovals(
  db: Kysely<Tables>,
  publicUrl: string,
  filter: ApprovalFilter,
): Promise<readonly ApprovalSummary[]> {
  const ids = await listed(db, filter)
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('approvals')
    .select([...factColumns])
    .select(sql<string>`substr(text, 1, ${previewLengthMax})`.as('preview'))
    .where('id', 'in', ids)
    .orderBy('created_at', 'desc')
    .execute()
  return rows.map(row => ({ ...toFacts(row, publicUrl), preview: row.preview }))
}

/** Who may see it is in JSON: so look at little of many, and fetch the chosen ones only. */
async function listed(db: Kysely<Tables>, filter: ApprovalFilter): Promise<string[]> {
  const { states, requester, visibleTo } = filter
  const limit = Math.min(listMax, filter.limit ?? listDefault)
  let query = db
    .selectFrom('approvals')
    .select(['id', 'requester', 'requester_kind', 'requester_owner', 'approvers'])
    .orderBy('created_at', 'desc')
    .limit(visibleTo === undefined ? limit : sievedMax)
  if (states !== undefined) query = query.where('state', 'in', [...states])
  if (requester !== undefined) query = query.where('requester', '=', requester)
  if (filter.reviewOpen === true) query = query.where('review_state', '=', 'open')
  const rows = await query.execute()
  return rows
    .filter(row => {
      if (visibleTo === undefined) return true
      const approvers = JSON.parse(row.approvers) as Approvers
      return maySee({ requester: toRequester(row), approvers }, visibleTo)
    })
    .slice(0, limit)
    .map(row => row.id)
}
