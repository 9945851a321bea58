/**
 * What people press in Slack. Acknowledged at once, decided by the same rules as everywhere, and
 * what is refused is told to nobody but who pressed. A click that comes twice decides once.
 * https://docs.slack.dev/interactivity/handling-user-interaction
 */
import type bolt from '@slack/bolt'
import type { DecisionResult, Person } from '../approval.ts'
import type { Approvals } from '../approvals.ts'
import { actions, denyModal } from './blocks.ts'
import type { SlackOptions } from './slack.ts'

type App = InstanceType<typeof bolt.App>
type WebClient = App['client']

/** Whom a click is from, as Slack says; the workspace is checked before anything else. */
interface Clicked {
  readonly team?: { readonly id: string } | null
  readonly user: { readonly id: string }
  readonly channel?: { readonly id: string }
  readonly trigger_id?: string
  readonly actions?: readonly { readonly value?: string }[]
}

/** What the modal has to know when it comes back. */
interface Denying {
  readonly id: string
  readonly digest: string
}

export interface ClicksParts {
  readonly approvals: Approvals
  readonly options: SlackOptions
  /** The workspace that the token belongs to. */
  readonly team: () => string | undefined
}

export function handleClicks(app: App, parts: ClicksParts): void {
  app.action(actions.open, async ({ ack }) => ack())

  app.action(actions.approve, async ({ ack, body, client }) => {
    await ack()
    const clicked = body as unknown as Clicked
    const target = targetOf(clicked)
    const person = await personOf(parts, clicked, client)
    if (typeof person === 'string') return tell(client, clicked, person)
    if (target === undefined) return tell(client, clicked, unreadable)
    const result = await decide(parts, person, target, 'approved', undefined)
    if (!result.ok) await tell(client, clicked, sentenceFor(result))
  })

  app.action(actions.deny, async ({ ack, body, client }) => {
    await ack()
    const clicked = body as unknown as Clicked
    const target = targetOf(clicked)
    // The trigger is dead after three seconds: the modal comes before anything slow.
    const approval = target && (await parts.approvals.get(target.id))
    if (target === undefined || approval === undefined) return tell(client, clicked, unreadable)
    if (approval.state !== 'pending')
      return tell(client, clicked, `${approval.shortId} is ${approval.state} already.`)
    await client.apiCall('views.open', {
      trigger_id: clicked.trigger_id,
      view: denyModal(approval, JSON.stringify(target satisfies Denying)),
    })
  })

  app.view(actions.deny, async ({ ack, body, view, client }) => {
    const refuse = (message: string): Promise<void> =>
      ack({ response_action: 'errors', errors: { reason: message } })
    const target = denyingOf(view.private_metadata)
    const person = await personOf(parts, body as unknown as Clicked, client)
    if (typeof person === 'string') return refuse(person)
    if (target === undefined) return refuse(unreadable)
    const reason = view.state.values['reason']?.['reason']?.value?.trim() ?? ''
    if (reason === '') return refuse('Expected a reason: the requester is told.')
    const result = await decide(parts, person, target, 'denied', reason)
    return result.ok ? ack() : refuse(sentenceFor(result))
  })

  app.error(async error => {
    parts.options.log('error', 'a click in Slack could not be handled', { why: error.message })
  })
}

const unreadable = 'This message is not one that can be decided any more: open the request.'

function decide(
  { approvals }: ClicksParts,
  person: Person,
  { id, digest }: Denying,
  decision: 'approved' | 'denied',
  reason: string | undefined,
): Promise<DecisionResult> {
  return approvals.decide(id, { person, decision, reason, surface: 'slack', shownDigest: digest })
}

/** The person, or why nobody is known. */
async function personOf(
  { options, team }: ClicksParts,
  clicked: Clicked,
  client: WebClient,
): Promise<Person | string> {
  const pinned = team()
  if (pinned === undefined || clicked.team?.id !== pinned)
    return 'This came from another workspace, and decides nothing here.'
  const { people, matchEmail } = options
  const known = people.bySlackId(clicked.user.id)
  if (known !== undefined) return known
  if (matchEmail) {
    const answer = await client.users.info({ user: clicked.user.id })
    const { email } = answer.user?.profile ?? {}
    const person = email === undefined ? undefined : people.byEmail(email)
    if (person !== undefined) return person
  }
  return `Your Slack account (${clicked.user.id}) is not that of anybody here. Ask for it to be added as "slack" of your user.`
}

async function tell(client: WebClient, clicked: Clicked, text: string): Promise<void> {
  const channel = clicked.channel?.id
  if (channel === undefined) return
  await client.chat.postEphemeral({ channel, user: clicked.user.id, text })
}

function sentenceFor(result: Extract<DecisionResult, { ok: false }>): string {
  return `It does not count: ${result.message}.`
}

function targetOf(clicked: Clicked): Denying | undefined {
  const [id, digest] = (clicked.actions?.[0]?.value ?? '').split(' ')
  return id === undefined || digest === undefined ? undefined : { id, digest }
}

function denyingOf(metadata: string): Denying | undefined {
  try {
    const { id, digest } = JSON.parse(metadata) as {
      readonly id: unknown
      readonly digest: unknown
    }
    return typeof id === 'string' && typeof digest === 'string' ? { id, digest } : undefined
  } catch {
    return undefined
  }
}
