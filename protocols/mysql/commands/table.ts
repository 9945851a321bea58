/** Which command is handled where. What is not named here is unknown to us. */
import { Command } from '../packets/commands.ts'
import {
  changeUser,
  forbidden,
  ping,
  quit,
  resetConnection,
  setOption,
  statistics,
  unknown,
} from './connection.ts'
import { bulkExecute, execute } from './execute.ts'
import type { HandleCommand } from './host.ts'
import { processKill } from './kill.ts'
import { close, fetch, prepare, reset, sendLongData } from './prepared.ts'
import { fieldList, initDb, query } from './text.ts'

const handlers: ReadonlyMap<number, HandleCommand> = new Map<number, HandleCommand>([
  [Command.COM_QUERY, query],
  [Command.COM_INIT_DB, initDb],
  [Command.COM_FIELD_LIST, fieldList],
  [Command.COM_STMT_PREPARE, prepare],
  [Command.COM_STMT_EXECUTE, execute],
  [Command.COM_STMT_BULK_EXECUTE, bulkExecute],
  [Command.COM_STMT_SEND_LONG_DATA, sendLongData],
  [Command.COM_STMT_FETCH, fetch],
  [Command.COM_STMT_RESET, reset],
  [Command.COM_STMT_CLOSE, close],
  [Command.COM_PING, ping],
  [Command.COM_STATISTICS, statistics],
  [Command.COM_SET_OPTION, setOption],
  [Command.COM_RESET_CONNECTION, resetConnection],
  [Command.COM_CHANGE_USER, changeUser],
  [Command.COM_PROCESS_KILL, processKill],
  [Command.COM_QUIT, quit],
  [Command.COM_BINLOG_DUMP, forbidden],
  [Command.COM_BINLOG_DUMP_GTID, forbidden],
  [Command.COM_REGISTER_SLAVE, forbidden],
  [Command.COM_SUBSCRIBE_GROUP_REPLICATION_STREAM, forbidden],
  [Command.COM_TABLE_DUMP, forbidden],
  [Command.COM_CLONE, forbidden],
  [Command.COM_SHUTDOWN, forbidden],
  [Command.COM_DEBUG, forbidden],
  [Command.COM_REFRESH, forbidden],
])

export function handlerOf(code: number): HandleCommand {
  return handlers.get(code) ?? unknown
}
