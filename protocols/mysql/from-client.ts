/**
 * The relay's half that reads the client. Synchronous: it never sees a socket and never waits, but
 * says in `wait` what has to be waited for before it is called again.
 *
 * A command is taken whole, judged, and then sent as it came; nothing of the next is read before
 * the server has answered. A refused one is answered by us, and the server never hears of it.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html
 */

import { ProtocolError } from '../errors.ts'
import type { Analysis, Limits, Session } from '../protocol.ts'
import { Waiting } from '../waiting.ts'
import { Capability, has } from './capabilities.ts'
import type { ClientCommand, CommandHost, Reviewed } from './commands/host.ts'
import { handlerOf } from './commands/table.ts'
import { asksForDiagnostics, readsAlike } from './diagnostics.ts'
import type { Exchange, Owed, Run } from './exchange.ts'
import { FatalError } from './fatal.ts'
import {
  checkSequence,
  encodePacket,
  frameSequence,
  headerBytes,
  PacketsOutOfOrder,
  packetExtent,
  packetPayload,
} from './framing.ts'
import type { Planner } from './impact/planner.ts'
import { Command } from './packets/commands.ts'
import { ErrorCode } from './packets/err.ts'
import { encodeOk, ServerStatus } from './packets/ok.ts'
import { PreparedStatements } from './prepared-statements.ts'
import {
  type MysqlRefusal,
  notAsItStands,
  refusalPacket,
  tooLarge,
  unreadableSettingOf,
} from './refusal.ts'
import { commandFrame } from './replay.ts'
import { Reviews } from './reviews.ts'
import {
  changesItsOwnReading,
  type SessionState,
  stateQuery,
  unreadableSetting,
} from './session-state.ts'
import type { KillTarget } from './sql/setting-changes.ts'
import { UnreadFrames } from './unread-frames.ts'

export interface FromClientParts {
  readonly session: Session
  readonly exchange: Exchange
  readonly state: SessionState
  readonly planner: Planner
  readonly limits: Limits
  readonly capabilities: bigint
  /** Fires when the client is gone or its statement is killed; a kill makes a new one. */
  readonly interrupted: () => AbortSignal
  /** What was decided late can be sent, to both sides. */
  readonly flush: () => void
  /** Shows the client a packet of ours. */
  readonly inject: (packet: Buffer) => void
  readonly end: (run: Run, error: string | undefined) => void
  readonly kill: (id: number, what: KillTarget['what']) => boolean
}

export class FromClient implements CommandHost {
  /** What goes to the server, in order. Emptied by whoever sends it. */
  readonly output: Buffer[] = []
  /** Set when the bytes given hold no whole packet: how many would. */
  needed = 1
  /** The client said goodbye, or wants to be somebody else: nothing more is read from it here. */
  left: { readonly as: 'quit' | 'change-user'; readonly command: ClientCommand } | undefined

  readonly prepared: PreparedStatements = new PreparedStatements()
  readonly exchange: Exchange
  readonly state: SessionState
  readonly limits: Limits
  readonly capabilities: bigint
  readonly #session: Session
  readonly #parts: FromClientParts
  readonly #waiting = new Waiting()
  readonly #reviews: Reviews
  readonly #unread: UnreadFrames

  constructor(parts: FromClientParts) {
    this.#parts = parts
    this.#session = parts.session
    this.exchange = parts.exchange
    this.state = parts.state
    this.limits = parts.limits
    this.capabilities = parts.capabilities
    this.#reviews = new Reviews({
      ...parts,
      waiting: this.#waiting,
      refuse: (command, refusal) => this.refuse(command, refusal),
    })
    this.#unread = new UnreadFrames({
      exchange: parts.exchange,
      pass: bytes => {
        this.output.push(bytes)
        this.#record(bytes)
      },
      discarded: (code, sequence) => this.#tooLarge(code, sequence),
    })
  }

  /** Set when nothing more may be read from the client before it settles. */
  get wait(): Promise<void> | undefined {
    return this.#waiting.wait
  }

  /** A statement waits for people. */
  get held(): boolean {
    return this.#reviews.held
  }

  /** The server answered, or wants a file: what waited for that may look again. */
  answered(): void {
    this.#waiting.answered()
  }

  /** Takes whole packets, and parts of those that only pass. Returns how many bytes it took. */
  consume(bytes: Buffer): number {
    let offset = 0
    while (this.wait === undefined && this.left === undefined) {
      const next = this.#next(bytes, offset)
      if (next === offset) break
      offset = next
    }
    return offset
  }

  #next(bytes: Buffer, offset: number): number {
    if (this.#unread.unfinished) return this.#unread.rest(bytes, offset)
    if (bytes.length - offset < headerBytes) return offset
    if (this.#unread.discarding) return this.#unread.discard(bytes, offset)
    const { infile, owed } = this.exchange
    if (infile !== undefined) return this.#unread.file(bytes, offset, infile)
    if (owed !== undefined) {
      this.#waiting.forAnswer()
      return offset
    }
    return this.#command(bytes, offset)
  }

  #command(bytes: Buffer, offset: number): number {
    const extent = packetExtent(bytes, offset)
    const wanted = Math.abs(extent)
    if (frameSequence(bytes, offset) !== 0)
      throw new PacketsOutOfOrder(0, frameSequence(bytes, offset))
    const code = bytes[offset + headerBytes] ?? Command.COM_SLEEP
    if (wanted > this.#bytesMax(code)) {
      this.#unread.startDiscarding(code)
      return this.#unread.discard(bytes, offset)
    }
    if (extent < 0) {
      this.needed = wanted
      return offset
    }
    const command: ClientCommand = {
      code,
      payload: packetPayload(bytes, offset, extent),
      packet: bytes.subarray(offset, offset + extent),
      sequence: checkSequence(bytes, offset, extent, 0),
    }
    return handlerOf(code)(this, command) ? offset + extent : offset
  }

  /** Headers included, and some room for what comes with a text. */
  #bytesMax(code: number): number {
    const { statementBytesMax, frameBytesMax } = this.limits
    const isText = code === Command.COM_QUERY || code === Command.COM_STMT_PREPARE
    const bytesMax = isText ? statementBytesMax : frameBytesMax
    return bytesMax + 65_536
  }

  #tooLarge(code: number, sequence: number): void {
    const isText = code === Command.COM_QUERY || code === Command.COM_STMT_PREPARE
    const bytesMax = isText ? this.limits.statementBytesMax : this.limits.frameBytesMax
    // What has no answer cannot be refused, and must not be half known.
    if (code === Command.COM_STMT_SEND_LONG_DATA)
      throw new ProtocolError(`long data of at most ${bytesMax} bytes at a time`, 'more')
    if (code === Command.COM_STMT_PREPARE) this.prepared.failed()
    this.#parts.inject(encodePacket(sequence, refusalPacket(tooLarge(bytesMax))))
  }

  // ── For the commands ────────────────────────────────────────────────────────────────────────

  readable(text: string | undefined): boolean {
    const refresh = this.state.stale()
    if (refresh !== undefined) {
      this.#waiting.for(refresh)
      return false
    }
    const alike = text !== undefined && this.state.reasonCertain && readsAlike(text)
    if (this.state.certain || alike) return true
    this.#ask()
    return false
  }

  /** Asks the server what only it knows, before the next text is read. */
  #ask(): void {
    const asked: Promise<void> = new Promise((resolve, reject) => {
      this.exchange.owed = {
        reply: 'results',
        format: 'text',
        run: undefined,
        asked: rows => {
          const unreadable = this.state.learn(rows)
          if (unreadable === undefined) resolve()
          else reject(unreadableSession(unreadable))
        },
      }
    })
    this.output.push(stateCommand(this.capabilities))
    this.#waiting.for(asked)
  }

  obstacle(analysis: Analysis): MysqlRefusal | undefined {
    const setting = unreadableSetting(analysis)
    if (setting !== undefined) return unreadableSettingOf(setting.name, setting.text)
    if (changesItsOwnReading(analysis))
      return notAsItStands(
        'the text changes how the rest of it is read',
        'Send SET sql_mode and SET NAMES by themselves.',
      )
    const asks = asksForDiagnostics(analysis)
    const hidden = this.exchange.diagnosticsHidden || (asks === 'shows' && this.hides(analysis))
    if (hidden && (asks === 'gets' || asks === 'shows'))
      return notAsItStands(
        'what the server says of the statement before may show masked data',
        'SHOW WARNINGS by itself shows levels and codes.',
      )
    return undefined
  }

  hides(analysis: Analysis): boolean {
    return this.#session.hidesDiagnostics(analysis)
  }

  review(command: ClientCommand, reviewed: Reviewed): void {
    this.#reviews.review(command, reviewed)
  }

  send(command: ClientCommand, owed: Owed, packets?: readonly Buffer[]): void {
    this.exchange.owed = owed
    if (packets === undefined) this.output.push(command.packet)
    else this.output.push(...packets)
    this.#record(commandFrame(command.payload, owed.prepared?.id))
  }

  sendSilent(packets: readonly Buffer[]): void {
    this.output.push(...packets)
  }

  refuse(command: ClientCommand, refusal: MysqlRefusal): void {
    this.#answer(command, refusalPacket(refusal))
  }

  succeed(command: ClientCommand): void {
    const transaction = this.state.transaction === 'open' ? ServerStatus.IN_TRANS : 0
    const statusFlags = ServerStatus.AUTOCOMMIT | transaction
    this.#answer(command, encodeOk({ statusFlags }, this.capabilities))
  }

  #answer(command: ClientCommand, payload: Buffer): void {
    this.#record(commandFrame(command.payload))
    this.#parts.inject(encodePacket(command.sequence, payload))
  }

  end(run: Run, error: string | undefined): void {
    this.#parts.end(run, error)
  }

  kill(id: number, what: KillTarget['what']): boolean {
    return this.#parts.kill(id, what)
  }

  leave(command: ClientCommand, as: 'quit' | 'change-user'): void {
    this.left = { as, command }
    if (as === 'quit') this.output.push(command.packet)
  }

  #record(bytes: Buffer): void {
    this.#waiting.alsoFor(this.#session.record({ type: 'frames', from: 'client', bytes }))
  }
}

function unreadableSession(setting: string): FatalError {
  const message = `Countersign: statements cannot be read under ${setting}; use utf8mb4`
  return new FatalError(ErrorCode.ER_UNKNOWN_CHARACTER_SET, '42000', message)
}

/** A COM_QUERY of our own; without attributes where the client could have some. */
function stateCommand(capabilities: bigint): Buffer {
  const attributes = has(capabilities, Capability.QUERY_ATTRIBUTES) ? [0, 1] : []
  const head = Buffer.of(Command.COM_QUERY, ...attributes)
  return encodePacket(0, Buffer.concat([head, Buffer.from(stateQuery)]))
}
