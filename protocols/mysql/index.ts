/**
 * MySQL 5.7 and later, and MariaDB.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
 */
import type { Protocol } from '../protocol.ts'
import { ConnectionIds } from './connection-ids.ts'
import { Databases } from './databases.ts'
import { openReader } from './reader.ts'
import { frameDecoder } from './replay.ts'
import { serve } from './serve.ts'
import { openSurvey } from './survey.ts'

export function mysql(): Protocol {
  const connections = new ConnectionIds()
  const databases = new Databases()
  return {
    name: 'mysql',
    defaultPort: 3306,
    learn: upstreams => databases.learn(upstreams),
    serve: (client, gateway) => serve(client, gateway, connections, databases),
    open: openReader,
    survey: openSurvey,
    frameDecoder,
    close: () => databases.close(),
  }
}
