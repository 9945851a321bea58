/** Postgres, protocol 3.0 and 3.2. https://www.postgresql.org/docs/current/protocol.html */
import type { Protocol } from '../protocol.ts'
import { CancelRegistry } from './cancel.ts'
import { Databases } from './databases.ts'
import { openReader } from './reader.ts'
import { frameDecoder } from './replay.ts'
import { serve } from './serve.ts'
import { openSurvey } from './survey.ts'

export function postgres(): Protocol {
  const cancels = new CancelRegistry()
  const databases = new Databases()
  return {
    name: 'postgres',
    defaultPort: 5432,
    // A Postgres client speaks first, and says where it wants to go.
    learn: () => Promise.resolve(),
    serve: (client, gateway) => serve(client, gateway, cancels, databases),
    open: openReader,
    survey: openSurvey,
    frameDecoder,
    close: () => databases.close(),
  }
}
