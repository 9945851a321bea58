/** A session's timeline as the player gets it: all that changed since it asked last. */
import type { Played } from '../recording/playback/playbacks.ts'

/** What changed after that version. */
export function timelineOf(
  played: Pick<Played, 'session' | 'playback' | 'live' | 'complete' | 'caughtUp'>,
  since: number,
  limit: number,
): object {
  const { session, playback, live, complete, caughtUp } = played
  const { statements, to } = playback?.changed(since, limit) ?? { statements: [], to: 0 }
  const { startedAt = '' } = session ?? {}
  const elapsedUs = (Date.now() - Date.parse(startedAt)) * 1000
  return {
    session: session && {
      id: session.id,
      user: session.user,
      kind: session.kind,
      owner: session.owner,
      purpose: session.purpose,
      database: session.database,
      environment: session.environment,
      protocol: session.protocol,
      application: session.application,
      remoteAddress: session.remoteAddress,
      tls: session.tls,
      startedAt,
    },
    state: live ? 'live' : 'ended',
    version: to,
    /** Ask again at once: there is more already, or it is being read. */
    more: to < (playback?.version ?? 0) || !(complete || (live && caughtUp)),
    durationUs: live ? Math.max(elapsedUs, playback?.durationUs ?? 0) : (playback?.durationUs ?? 0),
    statements,
    gaps: playback?.gaps ?? [],
    left: playback?.left ?? 0,
    endReason: playback?.endReason ?? null,
  }
}
