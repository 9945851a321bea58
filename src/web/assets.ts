/** Files of the console. A path names its content, so that browsers may keep it for ever. */
import { createHash } from 'node:crypto'
import { player } from './player/script.ts'
import { playerStyle } from './player/style.ts'
import { script } from './script.ts'
import { style } from './style.ts'

export interface Asset {
  readonly path: string
  readonly contentType: string
  readonly body: string
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#1f4fd1"/><path d="M4 14c4 0 4.500-8 7.500-8s0 10 3 10 2-3 5.500-3.500" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/><path d="M4 19h16" stroke="#fff" stroke-width="1.800" stroke-linecap="round" opacity=".6"/></svg>`

type Name = 'style' | 'script' | 'icon' | 'player' | 'playerStyle'

export const assets: Readonly<Record<Name, Asset>> = {
  style: asset('style', 'css', 'text/css; charset=utf-8', style),
  script: asset('live', 'js', 'text/javascript; charset=utf-8', script),
  icon: asset('icon', 'svg', 'image/svg+xml', icon),
  player: asset('player', 'js', 'text/javascript; charset=utf-8', player),
  playerStyle: asset('player', 'css', 'text/css; charset=utf-8', playerStyle),
}

function asset(name: string, extension: string, contentType: string, body: string): Asset {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 12)
  return { path: `/assets/${name}.${digest}.${extension}`, contentType, body }
}
