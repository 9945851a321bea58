/** An event in ArcSight's Common Event Format, one line; `|`, `=` and line breaks are escaped. */
import type { Severity, SiemEvent } from './event.ts'

export function cef(event: SiemEvent): string {
  const { type, severity, time, uid, user, session, remoteAddress, database, text } = event
  const extension: readonly (readonly [string, unknown])[] = [
    ['rt', Date.parse(time)],
    ['externalId', uid],
    ['cat', event.environment],
    ['suser', user],
    ['src', remoteAddress],
    ['duser', event.by],
    ['act', event.verdict ?? event.decision],
    ['outcome', event.error === undefined ? undefined : 'failure'],
    ['reason', event.error ?? event.reason],
    ['msg', text],
    ['cs1Label', database && 'database'],
    ['cs1', database],
    ['cs2Label', session && 'session'],
    ['cs2', session],
    ['cs3Label', event.rules && 'rules'],
    ['cs3', event.rules?.join(', ')],
    ['cs4Label', event.tables && 'tables'],
    ['cs4', event.tables?.join(', ')],
    ['cs5Label', event.approval && 'approval'],
    ['cs5', event.approval],
    ['cs6Label', event.detail && 'detail'],
    ['cs6', event.detail && JSON.stringify(event.detail)],
    ['cn1Label', event.rows === undefined ? undefined : 'rows'],
    ['cn1', event.rows],
    ['cn2Label', event.bytes === undefined ? undefined : 'bytes'],
    ['cn2', event.bytes],
    ['flexString1Label', event.truncated && 'truncated'],
    ['flexString1', event.truncated],
  ]
  const said = extension.filter(([, value]) => value !== undefined)
  const pairs = said.map(([key, value]) => `${key}=${extensionText(String(value))}`)
  const head = ['Countersign', 'Countersign', '0.1.0', type, nameOf(event)].map(headText)
  return `CEF:0|${head.join('|')}|${severities[severity]}|${pairs.join(' ')}`
}

const severities: Readonly<Record<Severity, number>> = { info: 1, notice: 4, warning: 6, high: 9 }

function nameOf({ type, verdict }: SiemEvent): string {
  return verdict === undefined ? type : `${type} ${verdict}`
}

function headText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/[\r\n]+/g, ' ')
}

function extensionText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('=', '\\=')
    .replaceAll(/\r\n|\r|\n/g, '\\n')
}
