/** Slack, over Socket Mode or over signed HTTP: messages in the emulator, clicks from the edge. */
import { actions } from '../../src/approvals/slack/blocks.ts'
import { admin, buttonOf, type FakeSlack, type SlackMessage, signed } from './slack.ts'
import {
  type Answered,
  type Asked,
  basic,
  type Surface,
  soon,
  type Where,
  waits,
} from './surface.ts'

/** Who is who there; the emulator's only person is the first. */
export const slackIds: Readonly<Record<string, string>> = {
  rita: admin,
  sven: 'U00000SVEN',
  admin: 'U0000ADMIN',
}

type Json = Record<string, unknown>

export function slackSurface(slack: FakeSlack, http: Where, mode: 'socket' | 'http'): Surface {
  /** What Slack gets back; of a modal, what is wrong with it. */
  const send = async (payload: Json): Promise<Json | undefined> => {
    if (mode === 'socket') {
      while (slack.sockets.size === 0) await soon()
      return slack.send(payload)
    }
    const answer = await fetch(`${http()}/slack/events`, signed(payload))
    const text = await answer.text()
    return text === '' ? undefined : (JSON.parse(text) as Json)
  }
  const card = async ({ shortId }: Asked): Promise<SlackMessage> => {
    for (;;) {
      const found = (await slack.messages()).find(message =>
        String(buttonOf(message, actions.open)?.['url']).endsWith(`/${shortId}`),
      )
      if (found !== undefined) return found
      await soon()
    }
  }
  const answers = async ({ id }: Asked, person: string): Promise<number> => {
    const answer = await fetch(`${http()}/api/v1/approvals/${id}`, {
      headers: { authorization: basic(person === 'admin' ? 'sven' : person) },
    })
    const { approval } = (await answer.json()) as { approval: { answers: { name: string }[] } }
    return approval.answers.filter(({ name }) => name === person).length
  }
  /** It is acknowledged before it is decided: either it is there, or somebody was told why not. */
  const outcome = async (asked: Asked, person: string, press: () => Promise<void>) => {
    const [answered, whispered] = [await answers(asked, person), slack.whispers.length]
    await press()
    for (;;) {
      if ((await answers(asked, person)) > answered) return { counted: true, said: '' }
      const said = slack.whispers.slice(whispered).find(({ user }) => user === slackIds[person])
      if (said !== undefined) return { counted: false, said: said.text }
      await soon()
    }
  }
  const denied = async (asked: Asked, person: string, message: SlackMessage, reason: string) => {
    const before = slack.view()
    const whispered = slack.whispers.length
    await send(await slack.click(message, actions.deny, slackIds[person]))
    while (slack.view() === before) {
      const said = slack.whispers[whispered]
      if (said !== undefined) return { counted: false, said: said.text }
      await soon()
    }
    const refusal = await send(await slack.submit(reason, slackIds[person]))
    if (refusal?.['response_action'] !== undefined)
      return { counted: false, said: JSON.stringify(refusal) }
    return { counted: (await answers(asked, person)) > 0, said: '' }
  }
  return {
    name: mode === 'socket' ? 'Slack, Socket Mode' : 'Slack, HTTP',
    open: async (asked, person) => {
      const message = await card(asked)
      const approve = (): Promise<Answered> =>
        outcome(asked, person, async () => {
          await send(await slack.click(message, actions.approve, slackIds[person]))
        })
      return { approve, deny: reason => denied(asked, person, message, reason) }
    },
    see: async (asked, pattern) => {
      for (;;) {
        const message = await card(asked)
        const ended = buttonOf(message, actions.approve) === undefined
        const said = JSON.stringify(message)
        if (pattern.test(said) && ended !== waits.test(message.text)) return
        await soon()
      }
    },
    close: () => Promise.resolve(),
  }
}
