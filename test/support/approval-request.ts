/** A request for approval as a session would make it, and the people who may answer. */
import type { ApprovalRequest, Person } from '../../src/approvals/approval.ts'

export const requester: Person = { name: 'analyst', kind: 'person', groups: ['analysts', 'dba'] }
export const reviewer: Person = { name: 'rita', kind: 'person', groups: ['dba'] }
export const second: Person = { name: 'sven', kind: 'person', groups: ['dba'] }
export const officer: Person = { name: 'olga', kind: 'person', groups: ['security'] }
export const stranger: Person = { name: 'tom', kind: 'person', groups: ['interns'] }
export const robot: Person = { name: 'robot', kind: 'agent', groups: ['dba'] }

export function approvalRequest(change: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    sessionId: '0d5c9a52-0f8e-4f8e-9d52-4a1f7c1f0001',
    statementNumber: 3,
    requester: { name: 'analyst', kind: 'person' },
    database: 'shop',
    environment: 'production',
    application: 'psql',
    text: 'DELETE FROM orders',
    parameters: [],
    normalized: 'DELETE FROM orders',
    rules: ['unfiltered-write'],
    reason: 'DELETE without WHERE changes every row of public.orders',
    hint: 'add a WHERE that narrows it',
    risk: 'high',
    effects: [
      {
        kind: 'delete',
        object: { type: 'table', schema: 'public', name: 'orders' },
        unfiltered: true,
      },
    ],
    maskedColumns: [],
    digest: 'a'.repeat(64),
    approvers: { any: [{ group: 'dba', count: 1 }] },
    inTransaction: false,
    expiresInMs: 600_000,
    ownerMayApprove: false,
    ...change,
  }
}
