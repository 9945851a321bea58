/** The section approvals.teams: how Microsoft Teams is reached, and which channel is told of what. */
import { nameTest } from '../policy/glob.ts'
import type { PolicyConfig } from '../policy/rule.ts'
import type { ListenConfig, TeamsConfig, WorkflowConfig } from './config.ts'
import type { TeamsEndpointsSection, TeamsSection } from './file.ts'
import type { Mistakes, Path } from './mistakes.ts'
import type { Sources } from './sources.ts'
import { isLoopback } from './units.ts'

/** Microsoft's, of the public cloud. Under trafficmanager.net anybody can have a name: only these. */
const serviceHosts = ['smba.trafficmanager.net', 'smba.infra.gcc.teams.microsoft.com']
const service = 'https://smba.trafficmanager.net/teams/'
const keys = 'https://login.botframework.com/v1/.well-known/keys'
const issuer = 'https://api.botframework.com'

const at: Path = ['approvals', 'teams']

export function resolveTeams(
  section: TeamsSection | undefined,
  policy: PolicyConfig,
  listen: ListenConfig,
  sources: Sources,
  mistakes: Mistakes,
): { readonly teams?: TeamsConfig; readonly teamsWorkflow?: WorkflowConfig } {
  if (section === undefined) return {}
  const literals = section.literals ?? false
  const workflowUrl = resolveWorkflowUrl(section, sources, mistakes)
  const teams = resolveBot(section, policy, listen, sources, mistakes)
  return {
    ...(teams !== undefined && { teams: { ...teams, literals } }),
    ...(workflowUrl !== undefined && { teamsWorkflow: { url: workflowUrl, literals } }),
  }
}

function resolveWorkflowUrl(
  section: TeamsSection,
  sources: Sources,
  mistakes: Mistakes,
): string | undefined {
  const url = sources.secret({ ...section }, 'workflow_url', at)
  if (url === undefined || isSafeUrl(url)) return url
  mistakes.add(at, 'expected an https:// URL in workflow_url, got something else')
  return undefined
}

function resolveBot(
  section: TeamsSection,
  policy: PolicyConfig,
  listen: ListenConfig,
  sources: Sources,
  mistakes: Mistakes,
): Omit<TeamsConfig, 'literals'> | undefined {
  const { app_id: appId, tenant, conversation, playground = false } = section
  const stated = [appId, tenant, conversation].filter(value => value !== undefined)
  const alone = section.workflow_url_env ?? section.workflow_url_file
  if (stated.length === 0 && alone !== undefined) return undefined
  if (appId === undefined || tenant === undefined || conversation === undefined) {
    mistakes.add(at, 'expected app_id, tenant and conversation, or workflow_url_env alone')
    return undefined
  }
  const before = mistakes.found.length
  const appPassword = sources.secret({ ...section }, 'app_password', at)
  const endpoints = resolveEndpoints(section.endpoints ?? {}, tenant, mistakes)
  if (playground) checkPlayground(listen, endpoints.serviceHosts, appPassword, mistakes)
  else if (appPassword === undefined && mistakes.found.length === before)
    mistakes.add(at, 'expected app_password_env or app_password_file, got none')
  const routes = (section.routes ?? []).map(route => ({
    ...{ names: route.rules, conversation: route.conversation },
    rules: nameTest(route.rules) ?? (() => false),
  }))
  for (const [index, { names, rules }] of routes.entries()) {
    if (policy.rules.some(rule => rules(rule.name))) continue
    const message = `no rule of the policy is called ${names.join(' or ')}`
    mistakes.add([...at, 'routes', index, 'rules'], message, ['policy', 'rules'])
  }
  if (mistakes.found.length > before) return undefined
  const ids = { appId: appId.toLowerCase(), tenant: tenant.toLowerCase() }
  return { ...ids, appPassword, conversation, routes, endpoints }
}

function resolveEndpoints(
  section: TeamsEndpointsSection,
  tenant: string,
  mistakes: Mistakes,
): TeamsConfig['endpoints'] {
  const token = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`
  const defaults = { token, keys, service }
  for (const name of ['token', 'keys', 'service'] as const) {
    const url = section[name]
    if (url === undefined || isSafeUrl(url)) continue
    mistakes.add([...at, 'endpoints', name], 'expected an https:// URL, or http:// on loopback')
  }
  const elsewhere = section.service === undefined ? undefined : hostOf(section.service)
  return {
    ...defaults,
    ...(section.token !== undefined && { token: section.token }),
    ...(section.keys !== undefined && { keys: section.keys }),
    ...(section.service !== undefined && { service: section.service }),
    issuer: section.issuer ?? issuer,
    // Whoever names another service means that one, and no longer Microsoft's.
    serviceHosts: elsewhere === undefined ? serviceHosts : [elsewhere],
  }
}

/** Without tokens anybody who reaches the port could approve: so nobody but this machine may. */
function checkPlayground(
  { http, publicUrl }: ListenConfig,
  hosts: readonly string[],
  appPassword: string | undefined,
  mistakes: Mistakes,
): void {
  const add = (message: string): void =>
    mistakes.add([...at, 'playground'], `the playground is for this machine only: ${message}`)
  if (!isLoopback(http.host)) add(`listen.http is ${http.host}`)
  if (publicUrl !== undefined && !isLoopback(hostOf(publicUrl) ?? '')) add('there is a public_url')
  if (!hosts.every(host => isLoopback(host.replace(/^\[|\]$/g, ''))))
    add('endpoints.service has to be on loopback')
  if (appPassword !== undefined) add('it knows no app_password')
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return (
    protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')))
  )
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}
