/**
 * An event in the Open Cybersecurity Schema Framework, 1.6: statements as Datastore Activity (6005),
 * sessions as Authentication (3002), everything else as API Activity (6003).
 * https://schema.ocsf.io/1.6.0/classes/datastore_activity
 */
import type { Severity, SiemEvent } from './event.ts'

export function ocsf(event: SiemEvent): Readonly<Record<string, unknown>> {
  const [class_uid, activity_id] = classOf(event)
  const failed = event.error !== undefined || refused(event)
  return {
    class_uid,
    category_uid: Math.floor(class_uid / 1000),
    activity_id,
    type_uid: class_uid * 100 + activity_id,
    time: Date.parse(event.time),
    severity_id: severityIds[event.severity],
    status_id: failed ? 2 : event.ended === false ? 0 : 1,
    ...(event.error !== undefined && { status_detail: event.error }),
    metadata: {
      version: '1.6.0',
      uid: event.uid,
      product: { name: 'Countersign', vendor_name: 'Countersign' },
      profiles: ['security_control'],
    },
    action_id: refused(event) ? 2 : 1,
    ...(event.rules && { firewall_rule: { name: event.rules.join(', ') } }),
    ...(class_uid === 3002 ? { user: userOf(event), is_remote: true, auth_protocol_id: 0 } : {}),
    actor: {
      user: event.by === undefined ? userOf(event) : { name: event.by, type_id: 1 },
      ...(event.session !== undefined && { session: { uid: event.session } }),
    },
    src_endpoint: addressOf(event),
    ...(event.database !== undefined && { database: { name: event.database, type_id: 1 } }),
    ...(class_uid === 6005 && {
      query_info: {
        query_string: event.text ?? '',
        ...(event.bytes !== undefined && { bytes: event.bytes }),
      },
      ...(event.tables && { table: { name: event.tables.join(', ') } }),
    }),
    ...(class_uid === 6003 && { api: { operation: event.type, service: { name: 'Countersign' } } }),
    // The whole of it, for what the schema has no name for.
    unmapped: unmapped(event),
  }
}

const severityIds: Readonly<Record<Severity, number>> = { info: 1, notice: 2, warning: 3, high: 4 }

const activities: readonly (readonly [effects: readonly string[], activity: number])[] = [
  [['delete', 'truncate', 'drop'], 7],
  [['create'], 6],
  [['insert', 'import'], 5],
  [['update', 'alter'], 2],
  [['read', 'export'], 1],
]

function classOf({ type, effects = [] }: SiemEvent): readonly [number, number] {
  if (type === 'session.start') return [3002, 1]
  if (type === 'session.end') return [3002, 2]
  if (type === 'statement') {
    const kinds = new Set(effects.map(effect => effect.split(' ', 1)[0]))
    const known = activities.find(([names]) => names.some(name => kinds.has(name)))
    return [6005, known?.[1] ?? 4]
  }
  if (type.endsWith('.requested') || type.endsWith('.given') || type.endsWith('.loaded'))
    return [6003, 1]
  if (type.endsWith('.revoked') || type.endsWith('.withdrawn')) return [6003, 4]
  return [6003, 3]
}

function refused({ type, verdict, decision }: SiemEvent): boolean {
  return verdict === 'deny' || decision === 'denied' || type.endsWith('refused')
}

function userOf({ user = '', kind, owner }: SiemEvent): object {
  return {
    ...{ name: user, type_id: kind === 'agent' ? 4 : 1 },
    ...(owner !== undefined && { credential_uid: owner }),
  }
}

function addressOf({ remoteAddress }: SiemEvent): object {
  return remoteAddress === undefined ? { name: 'countersign' } : { ip: remoteAddress }
}

function unmapped(event: SiemEvent): object {
  const { v: _, uid: _uid, time: _time, text: _text, user: _user, ...rest } = event
  return rest
}
