/**
 * Where the scenarios are played: a file of tests for each of these before each server, so that they
 * run side by side.
 */
import { readFile, writeFile } from 'node:fs/promises'
import t from 'tap'
import { startChromium } from './chromium.ts'
import { freePort, startPlayground } from './playground.ts'
import { playgroundSurface } from './playground-surface.ts'
import { appToken, botToken, channel, type FakeSlack, signingSecret, startSlack } from './slack.ts'
import { slackSurface } from './slack-surface.ts'
import { apiSurface } from './surface.ts'
import { everything, type ProtocolName, startPlace } from './surface-scenarios.ts'
import {
  appId,
  appPassword,
  type FakeTeams,
  startTeams,
  channel as teamsChannel,
  tenant,
} from './teams.ts'
import { teamsSurface } from './teams-surface.ts'
import { terminalSurface } from './terminal-surface.ts'
import { webSurface } from './web-surface.ts'

const wrap = [
  `BOT_TOKEN=${botToken}`,
  `APP_TOKEN=${appToken}`,
  `SIGNING_SECRET=${signingSecret}`,
  `APP_PASSWORD=${appPassword}`,
]

const chats = (slack: FakeSlack, { endpoints }: FakeTeams): string => `
  slack: { bot_token_env: BOT_TOKEN, app_token_env: APP_TOKEN, channel: ${channel}, api_url: "${slack.apiUrl}" }
  teams:
    app_id: ${appId}
    app_password_env: APP_PASSWORD
    tenant: ${tenant}
    conversation: "${teamsChannel}"
    endpoints: { token: "${endpoints.token}", keys: "${endpoints.keys}", service: "${endpoints.service}" }
`

const playground = (port: number): string => `
  teams:
    app_id: ${appId}
    tenant: ${tenant}
    conversation: "${teamsChannel}"
    endpoints: { service: "http://localhost:${port}/_connector" }
    playground: true
`

/** The chats over their wires, the terminal and the API. */
export function decidedInChats(protocol: ProtocolName): void {
  t.test(`decided before ${protocol}, in chats, a terminal and by the API`, async t => {
    t.jobs = 6
    const slack = await startSlack()
    t.teardown(() => slack.stop())
    const teams = await startTeams()
    t.teardown(() => teams.stop())
    const place = await startPlace(t, protocol, chats(slack, teams), wrap)
    const { proxy } = place
    const http = (): string => proxy.http
    await everything(t, place, [
      slackSurface(slack, http, 'socket'),
      teamsSurface(teams, http),
      terminalSurface(http),
      apiSurface(http),
    ])
    const text = await readFile(proxy.config, 'utf8')
    const overHttp = text.replace('app_token_env: APP_TOKEN', 'signing_secret_env: SIGNING_SECRET')
    await writeFile(proxy.config, overHttp)
    await proxy.restart('SIGTERM')
    await everything(t, place, [slackSurface(slack, http, 'http')])
  })
}

/** The console, with its script and without. */
export function decidedInConsole(protocol: ProtocolName): void {
  t.test(`decided before ${protocol}, in a browser`, async t => {
    const browser = await startChromium()
    t.teardown(() => browser.close())
    t.jobs = 2
    const place = await startPlace(t, protocol, '')
    const http = (): string => place.proxy.http
    await everything(t, place, [
      webSurface(browser, http, true),
      // What a form posts is the same before any server; a page takes Chromium long.
      ...(protocol === 'Postgres' ? [webSurface(browser, http, false)] : []),
    ])
  })
}

/** Teams as Microsoft's own client shows it. */
export function decidedInPlayground(protocol: ProtocolName): void {
  t.test(`decided before ${protocol}, in Microsoft's client`, async t => {
    const browser = await startChromium()
    t.teardown(() => browser.close())
    const port = await freePort()
    const place = await startPlace(t, protocol, playground(port))
    const url = await startPlayground(t, port, `${place.proxy.http}/teams/messages`)
    await everything(t, place, [await playgroundSurface(browser, url)])
  })
}
