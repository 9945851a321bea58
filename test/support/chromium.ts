/** Debian's Chromium, which is installed if it is not there. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

export function startChromium(): Promise<Browser> {
  if (!existsSync(executablePath)) install()
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

function install(): void {
  if (process.getuid?.() !== 0) throw new Error('expected Chromium: apt-get install chromium')
  const quiet = { stdio: 'ignore' } as const
  execFileSync('apt-get', ['update'], quiet)
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quiet)
}
