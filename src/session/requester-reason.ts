/**
 * Why somebody wants a statement, in their own words. The one place that knows where it may stand:
 * what is said with the statement counts before what the session says, and that before what the
 * client said when it connected.
 */
import type { Asker, Statement } from '../../protocols/protocol.ts'
import { shownReason } from '../approvals/visible-text.ts'

/** As it may be shown anywhere: one line of visible characters. Undefined when none is given. */
export function requesterReason(
  asker: Pick<Asker, 'reasons'>,
  statement: Statement,
  connection: string | undefined,
): string | undefined {
  const said = asker.reasons(statement)
  return shownReason(said.statement) ?? shownReason(said.session) ?? shownReason(connection)
}

/** An application may call itself `name; reason=…`: its name, and the reason. */
export function applicationReason(application: string | undefined): {
  readonly application: string | undefined
  readonly reason: string | undefined
} {
  const [, name, reason] =
    /^([^;]*);\s*(?:countersign_)?reason=(.*)$/s.exec(application ?? '') ?? []
  if (name === undefined) return { application, reason: undefined }
  return { application: name.trim() === '' ? undefined : name.trim(), reason }
}
