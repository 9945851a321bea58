/** The section approvals.slack: how Slack is reached, and which channel is told of what. */
import { nameTest } from '../policy/glob.ts'
import type { PolicyConfig } from '../policy/rule.ts'
import type { SlackConfig } from './config.ts'
import type { SlackSection } from './file.ts'
import type { Mistakes } from './mistakes.ts'
import type { Sources } from './sources.ts'

export function resolveSlack(
  section: SlackSection | undefined,
  policy: PolicyConfig,
  sources: Sources,
  mistakes: Mistakes,
): { readonly slack?: SlackConfig } {
  if (section === undefined) return {}
  const at = ['approvals', 'slack']
  const before = mistakes.found.length
  const secrets = { ...section }
  const botToken = sources.secret(secrets, 'bot_token', at)
  const appToken = sources.secret(secrets, 'app_token', at)
  const signingSecret = sources.secret(secrets, 'signing_secret', at)
  if (mistakes.found.length > before) return {}
  if (botToken === undefined) {
    mistakes.add(at, 'expected bot_token_env or bot_token_file, got none')
    return {}
  }
  if ((appToken === undefined) === (signingSecret === undefined)) {
    const came = appToken === undefined ? 'neither' : 'both'
    mistakes.add(at, `expected app_token (Socket Mode) or signing_secret (HTTP), got ${came}`)
    return {}
  }
  const routes = (section.routes ?? []).map(({ rules, channel, mention }) => ({
    ...{ names: rules, channel, mention },
    rules: nameTest(rules) ?? (() => false),
  }))
  for (const [index, { names, rules }] of routes.entries()) {
    if (policy.rules.some(rule => rules(rule.name))) continue
    const message = `no rule of the policy is called ${names.join(' or ')}`
    mistakes.add([...at, 'routes', index, 'rules'], message, ['policy', 'rules'])
  }
  return {
    slack: {
      ...{ botToken, appToken, signingSecret },
      channel: section.channel,
      mention: section.mention,
      routes,
      literals: section.literals ?? false,
      matchEmail: section.match_email ?? false,
      ...(section.api_url !== undefined && { apiUrl: section.api_url }),
    },
  }
}
