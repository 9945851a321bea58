/** Teams: cards that Microsoft's service keeps for us, pressed as its clients do, with its signature. */

import { type Answered, type Asked, type Surface, soon, type Where, waits } from './surface.ts'
import {
  cardOf,
  cardText,
  channel,
  executeOf,
  type FakeTeams,
  rita,
  sven,
  type TeamsMessage,
  tom,
} from './teams.ts'

/** Who is who there. */
export const teamsIds: Readonly<Record<string, string>> = { rita, sven, admin: tom }

interface Invoked {
  readonly statusCode?: number
  readonly value?: object
}

export function teamsSurface(teams: FakeTeams, http: Where): Surface {
  const card = async ({ shortId }: Asked): Promise<TeamsMessage> => {
    for (;;) {
      const found = teams.messages.find(
        message =>
          message.conversation === channel &&
          JSON.stringify(cardOf(message) ?? {}).includes(`/approvals/${shortId}"`),
      )
      if (found !== undefined) return found
      await soon()
    }
  }
  const press = async (
    message: TeamsMessage,
    person: string,
    verb: string,
    data = {},
  ): Promise<Answered> => {
    const who = teamsIds[person]
    const activity = teams.press(message, { verb, data, ...(who !== undefined && { person: who }) })
    const answer = await fetch(`${http()}/teams/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: await teams.sign(activity),
      },
      body: JSON.stringify(activity),
    })
    const { statusCode, value } = (await answer.json()) as Invoked
    const said = cardText(value)
    return { counted: statusCode === 200 && !said.includes('It does not count'), said }
  }
  return {
    name: 'Teams',
    open: async (asked, person) => {
      const message = await card(asked)
      return {
        approve: () => press(message, person, 'approve'),
        deny: reason => press(message, person, 'deny', { reason }),
      }
    },
    see: async (asked, pattern) => {
      for (;;) {
        const shown = cardOf(await card(asked))
        const text = cardText(shown)
        const ended = executeOf(shown, 'approve') === undefined
        if (pattern.test(text) && ended !== waits.test(text)) return
        await soon()
      }
    },
    close: () => Promise.resolve(),
  }
}
