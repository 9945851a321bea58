/** Starts everything, listens, and stops everything in the order in which nothing is lost. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compileRules } from '../masking/rules.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { tlsOptions } from '../protocols/tls.ts'
import { recordActions } from './action-log.ts'
import { Approvals, type ApprovalsOptions } from './approvals/approvals.ts'
import { DerivedColumns } from './approvals/derived-columns.ts'
import { Mail } from './approvals/mail/mail.ts'
import { Slack } from './approvals/slack/slack.ts'
import { openPostgres } from './approvals/state/postgres.ts'
import { openSqlite } from './approvals/state/sqlite.ts'
import { Teams, type TeamsLog } from './approvals/teams/teams.ts'
import { Workflow } from './approvals/teams/workflow.ts'
import { Windows } from './budgets/windows.ts'
import type { RunningServer } from './cli/deps.ts'
import { type Address, type Config, type ProtocolName, protocolNames } from './config/config.ts'
import { ConfigWatcher } from './config/watch.ts'
import { DerivedMasks } from './derived-masks.ts'
import { liveExplain } from './explain/live-explain.ts'
import { LocalGateway } from './gateway.ts'
import { recordGrants } from './grant-log.ts'
import { Tokens } from './identity/tokens.ts'
import { Users } from './identity/users.ts'
import { openKeys } from './keys/open.ts'
import { keptSecret } from './keys/secret.ts'
import { Listener } from './listener.ts'
import { Policy } from './policy/policy.ts'
import { openAnchorPlaces } from './recording/anchors/places.ts'
import { runningArchive } from './recording/archive/socket.ts'
import { Playbacks } from './recording/playback/playbacks.ts'
import { JournalSessions } from './recording/reading/journal-sessions.ts'
import { ObservedStatements } from './recording/reading/observed.ts'
import { JournalReader, type SessionSource } from './recording/reading/reader.ts'
import { searchSessions } from './recording/reading/session-search.ts'
import { Recorder } from './recording/recorder.ts'
import { Reload } from './reload.ts'
import { RulesInForce } from './session/rules-in-force.ts'
import { createLog, type Log } from './telemetry/log.ts'
import { Metrics } from './telemetry/metrics.ts'
import { buildWeb } from './web/server.ts'

/** Rejects, with everything closed again, when a part cannot start. */
export async function startServer(
  config: Config,
  protocols: readonly Protocol[],
): Promise<RunningServer> {
  const opened = new Opened()
  try {
    return await start(config, protocols, opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function start(
  config: Config,
  protocols: readonly Protocol[],
  opened: Opened,
): Promise<RunningServer> {
  const log = createLog()
  const { dataDir } = config
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const keys = await openKeys(dataDir, config.keys)
  const began: { gateway?: LocalGateway } = {}
  const recorder = await Recorder.open({
    dir: dataDir,
    keys,
    durability: config.recording.durability,
    archive: config.recording.archive,
    retention: config.recording.retention,
    shredAfter: config.recording.shredAfter,
    siem: config.siem,
    rows: config.recording.rows,
    headMs: config.recording.signMs,
    anchors: await openAnchorPlaces(config.recording.anchors),
    onCritical: () => began.gateway?.endSessions('there is no room left to record it'),
    log,
  })
  opened.add(() => recorder.close())
  const http: { url: string } = { url: '' }
  const approvals = await Approvals.open({
    path: statePlace(config),
    publicUrl: () => config.listen.publicUrl ?? http.url,
    onError: error => log.error({ err: error }, 'approvals'),
  })
  opened.add(() => approvals.close())
  recordActions(approvals, recorder)
  recordGrants(approvals, recorder)
  const users = new Users(config.users, await keptSecret(keys, join(dataDir, 'keys'), 'decoys'))
  const maskingKey = await keptSecret(keys, join(dataDir, 'keys'), 'masking')
  const metrics = new Metrics({
    storage: () => recorder.state,
    configMistaken: () => reload.mistake !== undefined,
  })
  const rules = new RulesInForce({
    policy: new Policy(config.policy),
    masking: compileRules(config.masking, maskingKey),
  })
  const reload = new Reload(config, { rules, maskingKey, recorder, log })
  const derived = await DerivedMasks.open({
    ...{ columns: approvals.derived, rules },
    note: (type, data) => recorder.note(type, { ...data }),
    onError: error => log.error({ err: error }, 'masks of moved values'),
  })
  opened.add(async () => derived.close())
  const windows = new Windows(join(dataDir, 'budgets.json'), error =>
    log.error({ err: error }, 'what budgets are used up could not be kept'),
  )
  opened.add(() => windows.close())
  const gateway = new LocalGateway({
    config,
    users,
    rules,
    windows,
    approvals,
    derived,
    recorder,
    metrics,
  })
  began.gateway = gateway
  const journalDir = join(dataDir, 'journal')
  const beyond = (): Promise<SessionSource | undefined> => runningArchive(dataDir)
  const reader = new JournalReader({ dir: journalDir, keys, beyond })
  const playbacks = new Playbacks({
    ...{ dir: journalDir, reader, publicKey: keys.publicKeys },
    running: id => gateway.has(id),
    decoder: name => protocolNamed(protocols, name).frameDecoder(),
  })
  opened.add(async () => playbacks.close())
  const slack = startSlack(config, approvals, users, log, opened)
  const teams = startTeams(config, approvals, users, log, opened)
  if (config.approvals.email !== undefined) {
    const mail = Mail.start(approvals, {
      ...config.approvals.email,
      people: users,
      log: (message, data) => log.warn(data, message),
    })
    opened.add(() => mail.close())
  }
  if (config.approvals.webhooks.length > 0) {
    const webhooks = approvals.webhooks({
      targets: config.approvals.webhooks,
      log: (message, data) => log.warn(data, message),
    })
    opened.add(() => webhooks.close())
  }
  const observed = new ObservedStatements(join(dataDir, 'journal'))
  const web = await buildWeb({
    approvals,
    users,
    tokens: new Tokens(config.tokens),
    actions: {
      approvers: config.policy.approvers,
      expiresInMs: config.approvals.expireSeconds * 1000,
      ownerMayApprove: config.approvals.ownerMayApprove,
      recorded: async () => {
        recorder.commit()
        await recorder.sync()
      },
    },
    ...(slack !== undefined && { slack: (request, reply) => slack.handle(request, reply) }),
    ...(teams !== undefined && { teams: request => teams.receive(request) }),
    publicUrl: () => config.listen.publicUrl ?? http.url,
    auditors: config.recording.auditors,
    observed: {
      list: spanMs => observed.list(spanMs),
      observes: () => rules.current.policy.observes,
    },
    explain: liveExplain({
      ...{ config, rules },
      open: (name, upstream) => protocolNamed(protocols, name).open(upstream),
    }),
    sessions: new JournalSessions(reader, query =>
      searchSessions(dataDir, reader, query, error => log.warn({ err: error }, 'the archive')),
    ),
    playbacks,
    ending: {
      groups: config.recording.enders,
      end(id, { by, surface, reason }) {
        if (!gateway.endSession(id, `ended by ${by} (${surface}): ${reason}`)) return false
        recorder.note('session.ended', { session: id, by, surface, reason })
        log.warn({ session: id, by, surface }, 'a session was ended')
        return true
      },
    },
    ...(config.listen.tls !== undefined && { tls: config.listen.tls }),
    metrics: async () => ({
      contentType: metrics.registry.contentType,
      body: await metrics.registry.metrics(),
    }),
    ready: () => ({
      ready: recorder.state === 'healthy',
      // A chat that is away keeps nobody from deciding elsewhere.
      parts: {
        recording: recorder.state,
        ...(recorder.anchors.length > 0 && { anchors: anchorsState(recorder.anchors) }),
        state: approvals.away === undefined ? config.state.kind : 'away',
        ...(config.siem.length > 0 && { siem: siemState(recorder.siem) }),
        ...(slack && { slack: slack.status.state }),
        ...(teams && { teams: teams.status.state }),
      },
    }),
    warnings: () => [
      ...[...recorder.siem]
        .filter(([, { state }]) => state === 'away')
        .map(([name, { why }]) => `The SIEM ${name} does not take events: ${why ?? 'unknown'}.`),
      ...(recorder.state === 'healthy' ? [] : [`The recording is ${recorder.state}.`]),
      ...(recorder.expiryFailure === undefined
        ? []
        : [`Sessions past their time can still be read: ${recorder.expiryFailure}`]),
      ...recorder.anchors
        .filter(({ state }) => state === 'away')
        .map(({ place, at }) => `The recording is anchored in ${place} up to ${at ?? 'nothing'}.`),
      ...(reload.mistake === undefined
        ? []
        : ['The configuration file has mistakes: what was in force before them still is.']),
    ],
    log: (level, message, data) => log[level](data, message),
  })
  http.url = await web.listen({ host: config.listen.http.host, port: config.listen.http.port })
  opened.add(() => web.close())
  const listening = await listen(config, protocols, gateway, log, opened)
  if (config.path !== undefined) {
    const watcher = new ConfigWatcher(config.path, reload)
    opened.add(() => watcher.close())
  }
  await announce(dataDir, http.url, opened)
  return { listening, http: http.url, close: () => opened.close() }
}

function protocolNamed(protocols: readonly Protocol[], name: string): Protocol {
  const protocol = protocols.find(each => each.name === name)
  if (protocol === undefined) throw new Error(`this program does not speak ${name}`)
  return protocol
}

/** `away` when one of them is; nobody's statement waits for that. */
function siemState(siem: Recorder['siem']): string {
  return [...siem.values()].some(({ state }) => state === 'away') ? 'away' : 'shipping'
}

/** A file of this node's own, or the server that all nodes share. */
function statePlace({ dataDir, state }: Config): ApprovalsOptions['path'] {
  if (state.kind === 'sqlite') return join(dataDir, 'state.db')
  const { tls, ...server } = state.server
  return {
    ...server,
    node: state.node,
    ssl: tls.mode === 'disable' ? false : tlsOptions(tls),
    plainToo: tls.mode === 'prefer',
  }
}

/** For the command line: whoever may write the state may list and remove them. */
export async function openDerivedColumns(
  config: Config,
): Promise<{ columns: DerivedColumns; close(): Promise<void> }> {
  const place = statePlace(config)
  const onError = (): void => undefined
  const state =
    typeof place === 'string' ? await openSqlite(place) : await openPostgres({ ...place, onError })
  return { columns: new DerivedColumns(state.db), close: () => state.close() }
}

function startSlack(
  config: Config,
  approvals: Approvals,
  users: Users,
  log: Log,
  opened: Opened,
): Slack | undefined {
  const { slack: options } = config.approvals
  if (options === undefined) return undefined
  const slack = Slack.start(approvals, {
    ...options,
    people: users,
    log: (level, message, data) => log[level](data, message),
  })
  opened.add(() => slack.close())
  return slack
}

/** Either, or both: an app that is pressed, and a workflow that only tells. */
function startTeams(
  config: Config,
  approvals: Approvals,
  users: Users,
  log: Log,
  opened: Opened,
): Teams | undefined {
  const { teams: options, teamsWorkflow } = config.approvals
  const say: TeamsLog = (level, message, data) => log[level](data, message)
  if (teamsWorkflow !== undefined) {
    const workflow = Workflow.start(approvals, { ...teamsWorkflow, log: say })
    opened.add(() => workflow.close())
  }
  if (options === undefined) return undefined
  const teams = Teams.start(approvals, { ...options, people: users, log: say })
  opened.add(() => teams.close())
  return teams
}

/** Those that a database speaks. Closed together: a session of one may be the last of all. */
async function listen(
  config: Config,
  protocols: readonly Protocol[],
  gateway: LocalGateway,
  log: Log,
  opened: Opened,
): Promise<Partial<Record<ProtocolName, Address>>> {
  const listeners: Listener[] = []
  opened.add(async () => {
    for (const listener of listeners) listener.stop()
    await gateway.close('the proxy stopped')
    await Promise.all(listeners.map(listener => listener.close()))
  })
  const bound: Partial<Record<ProtocolName, Address>> = {}
  for (const name of protocolNames) {
    const address = config.listen[name]
    if (address === undefined) continue
    const protocol = protocolNamed(protocols, name)
    const listener = new Listener({
      ...{ protocol, address, gateway },
      upstreams: gateway.databases(name).map(({ upstream }) => upstream),
      onError: error => log.error({ err: error }, 'a session ended by a mistake of ours'),
    })
    listeners.push(listener)
    bound[name] = await listener.listen()
  }
  return bound
}

/** `away` when one of the places is. */
function anchorsState(anchors: Recorder['anchors']): string {
  return anchors.some(({ state }) => state === 'away') ? 'away' : 'anchored'
}

/** Where the commands of this machine find the console. */
async function announce(dataDir: string, http: string, opened: Opened): Promise<void> {
  const path = join(dataDir, 'node.json')
  await writeFile(path, `${JSON.stringify({ http, pid: process.pid })}\n`, { mode: 0o600 })
  opened.add(() => rm(path, { force: true }))
}

/** What has to be closed, last opened first. */
class Opened {
  #closers: (() => Promise<unknown>)[] = []
  #closing: Promise<void> | undefined

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const errors: unknown[] = []
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close()
      } catch (error) {
        // What is left, the journal above all, has to be closed nevertheless.
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
