/** What the commands are given: one command of the client, and what can be done about it. */
import type { Analysis, Limits, Parameter } from '../../protocol.ts'
import type { Exchange, Owed, Run } from '../exchange.ts'
import type { ParameterType } from '../parameters.ts'
import type { PreparedStatement, PreparedStatements } from '../prepared-statements.ts'
import type { MysqlRefusal } from '../refusal.ts'
import type { SessionState } from '../session-state.ts'
import type { KillTarget } from '../sql/setting-changes.ts'

export interface ClientCommand {
  readonly code: number
  /** The command's byte, and what follows. */
  readonly payload: Buffer
  /** As it came, in one frame or more. */
  readonly packet: Buffer
  /** The number of the first packet of the answer. */
  readonly sequence: number
}

export interface Reviewed {
  readonly text: string
  readonly analysis: Analysis
  readonly parameters: readonly Parameter[]
  /** What was said beside both that changes what they mean. */
  readonly sentAs?: () => string | undefined
  /** What was prepared before; absent: the text came with the command. */
  readonly prepared?: PreparedStatement
  readonly types?: readonly ParameterType[]
  /** The same text, as it would be read now. */
  readonly again: () => Analysis
  /** It may run. To be called once, perhaps much later. */
  readonly run: (run: Run) => void
  /** It may not, and the client was told. */
  readonly refused?: () => void
}

export interface CommandHost {
  readonly capabilities: bigint
  readonly limits: Limits
  readonly state: SessionState
  readonly exchange: Exchange
  readonly prepared: PreparedStatements
  /**
   * Whether texts can be read now. If not, the command has to be read again: it returns false. A
   * text that is read alike under every setting does not need to wait for them.
   */
  readable(text: string | undefined): boolean
  /** A statement that cannot be sent as it stands, whatever the policy says. */
  obstacle(analysis: Analysis): MysqlRefusal | undefined
  /** Whether what the server says of it may show masked values. */
  hides(analysis: Analysis): boolean
  review(command: ClientCommand, reviewed: Reviewed): void
  /** Sends the command as it came, or what stands in its place. */
  send(command: ClientCommand, owed: Owed, packets?: readonly Buffer[]): void
  /** Sends what is not answered. */
  sendSilent(packets: readonly Buffer[]): void
  refuse(command: ClientCommand, refusal: MysqlRefusal): void
  /** OK, by us. */
  succeed(command: ClientCommand): void
  /** A run that the server will say no more about. */
  end(run: Run, error: string | undefined): void
  /** False when the client has no such connection. */
  kill(id: number, what: KillTarget['what']): boolean
  /** The client is about to leave, or to become somebody else. */
  leave(command: ClientCommand, as: 'quit' | 'change-user'): void
}

/** False: read the command again, when the wait that was set is over. */
export type HandleCommand = (host: CommandHost, command: ClientCommand) => boolean
