/** The counts that an auditor asks for, and which of them speaks to which control. */
import type { AdministrativeEvent, Gathered } from './gather.ts'

export interface Count {
  readonly id: string
  readonly name: string
  readonly count: number
}

export function countsOf(gathered: Gathered): readonly Count[] {
  const { decisions, happenings } = gathered
  const held = decisions.filter(({ verdict }) => verdict === 'hold')
  const outcome = (name: string): number => held.filter(each => each.outcome === name).length
  const approvals = decisions.flatMap(({ answers }) => answers).filter(isApproval)
  const of = (type: string): readonly AdministrativeEvent[] =>
    happenings.filter(each => each.type === type)
  const own = of('decision.refused').filter(({ detail }) => detail['code'] === 'own_request')
  const glass = decisions.filter(({ breakGlass }) => breakGlass)
  const reviewed = new Set(of('review.closed').map(({ detail }) => detail['approvalId']))
  const unreviewed = glass.filter(({ approval }) => !reviewed.has(approval))
  const changed = happenings.filter(({ type }) => type.startsWith('policy.'))
  const count = (id: string, name: string, number: number): Count => ({ id, name, count: number })
  return [
    count('sessions', 'Sessions that ran statements', gathered.sessions),
    count('statements', 'Statements', gathered.statements),
    count('held', 'Statements held for approval', held.length),
    count('ran', 'Held statements that were approved and ran', outcome('ran') + outcome('failed')),
    count('denied', 'Held statements that people denied', outcome('denied')),
    count('expired', 'Held statements that nobody decided in time', outcome('expired')),
    count('withdrawn', 'Held statements that were withdrawn', outcome('withdrawn')),
    count('refused', 'Statements that the policy denied', verdicts(gathered, 'deny')),
    count('approvals', 'Approvals given', approvals.length),
    count(
      'unreasoned',
      'Approvals without a reason',
      approvals.filter(({ reason }) => reason === null).length,
    ),
    count('own', 'Attempts to decide an own request, refused', own.length),
    count(
      'barred',
      'Attempts to decide by somebody who may not, refused',
      of('decision.refused').length - own.length,
    ),
    count('glass', 'Break-glass statements', glass.length),
    count(
      'unreviewed',
      'Break-glass statements that nobody has reviewed in the period',
      unreviewed.length,
    ),
    count('grants', 'Grants given', of('grant.given').length),
    count('revoked', 'Grants revoked', of('grant.revoked').length),
    count(
      'actions',
      'Actions other than SQL that asked for approval',
      of('action.requested').length,
    ),
    count('policies', 'Policies loaded, changed or refused', changed.length),
    count(
      'observed',
      'Statements that would have been held or denied',
      decisions.filter(({ observed }) => observed !== null).length,
    ),
    count('observe', 'Days on which the policy only observed', gathered.observeDays.length),
    count('gaps', 'Gaps in recordings', of('gap').length),
    count(
      'unrecorded',
      'Statements refused because they could not be recorded',
      of('refused').length,
    ),
    count(
      'storage',
      'Changes of the storage, recoveries',
      of('storage').length + of('recovered').length,
    ),
    count('ended', 'Sessions ended by people', of('session.ended').length),
    count('erased', 'Sessions whose keys were destroyed', of('session.erased').length),
    count(
      'legal',
      'Legal holds placed or released',
      of('hold.placed').length + of('hold.released').length,
    ),
  ]
}

function verdicts({ decisions }: Gathered, verdict: string): number {
  return decisions.filter(each => each.verdict === verdict).length
}

function isApproval({ decision }: { readonly decision: string }): boolean {
  return decision === 'approved'
}

export interface Control {
  readonly framework: string
  readonly control: string
  readonly asks: string
  /** Ids of counts that speak to it. */
  readonly evidence: readonly string[]
}

/** What the report can say something about; whether a control is met, an auditor decides. */
export const controls: readonly Control[] = [
  control('SOC 2', 'CC6.1', 'Logical access to data is restricted', 'statements held refused'),
  control('SOC 2', 'CC6.2', 'Access is authorised before it is given', 'approvals own grants'),
  control(
    'SOC 2',
    'CC6.3',
    'Access is changed and removed; duties are kept apart',
    'own barred grants revoked',
  ),
  control('SOC 2', 'CC6.6', 'Access from outside the boundary is controlled', 'held refused ended'),
  control('SOC 2', 'CC6.7', 'Movement of data is restricted', 'held refused denied'),
  control(
    'SOC 2',
    'CC7.2',
    'Activity is monitored for anomalies',
    'sessions statements gaps observe',
  ),
  control('SOC 2', 'CC7.3', 'Security events are evaluated', 'glass unreviewed refused'),
  control('SOC 2', 'CC7.4', 'Incidents are responded to', 'glass unreviewed ended'),
  control(
    'SOC 2',
    'CC8.1',
    'Changes are authorised, tested, approved',
    'ran denied unreasoned policies actions',
  ),
  control('ISO 27001', 'A.5.3', 'Segregation of duties', 'own barred approvals'),
  control('ISO 27001', 'A.5.15', 'Access control', 'held refused policies'),
  control('ISO 27001', 'A.5.18', 'Access rights', 'grants revoked'),
  control('ISO 27001', 'A.5.28', 'Collection of evidence', 'gaps unrecorded storage'),
  control('ISO 27001', 'A.8.2', 'Privileged access rights', 'held ran glass'),
  control('ISO 27001', 'A.8.3', 'Information access restriction', 'refused denied'),
  control('ISO 27001', 'A.8.10', 'Information deletion', 'erased legal'),
  control('ISO 27001', 'A.8.11', 'Data masking', 'policies observe'),
  control('ISO 27001', 'A.8.15', 'Logging', 'sessions statements gaps unrecorded'),
  control('ISO 27001', 'A.8.16', 'Monitoring activities', 'refused glass unreviewed'),
  control('ISO 27001', 'A.8.32', 'Change management', 'ran denied policies actions'),
  control('FedRAMP', 'AC-3', 'Access enforcement', 'refused held observe observed'),
  control('FedRAMP', 'AC-5', 'Separation of duties', 'own barred'),
  control(
    'FedRAMP',
    'AC-6',
    'Least privilege; use of privileged functions is logged (9)',
    'held ran glass',
  ),
  control('FedRAMP', 'AC-2', 'Account management: temporary access', 'grants revoked'),
  control('FedRAMP', 'AU-2', 'Event logging', 'sessions statements'),
  control('FedRAMP', 'AU-5', 'Response to failures of logging', 'unrecorded storage gaps'),
  control('FedRAMP', 'AU-6', 'Review and reporting of audit records', 'glass unreviewed'),
  control('FedRAMP', 'AU-9', 'Protection of audit information', 'gaps storage'),
  control('FedRAMP', 'AU-11', 'Retention of audit records', 'erased legal'),
  control('FedRAMP', 'AU-10', 'Non-repudiation', 'approvals unreasoned'),
  control('FedRAMP', 'AU-12', 'Audit record generation', 'statements gaps unrecorded'),
]

function control(framework: string, name: string, asks: string, evidence: string): Control {
  return { framework, control: name, asks, evidence: evidence.split(' ') }
}
