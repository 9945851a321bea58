/** The protocols, one line each. */
import { mysql } from './mysql/index.ts'
import { postgres } from './postgres/index.ts'
import type { Protocol } from './protocol.ts'

export const protocols: readonly Protocol[] = [postgres(), mysql()]
