/**
 * The relay's half that reads the client. Synchronous: it never sees a socket and never waits, but
 * says in `wait` what has to be waited for before it is called again.
 *
 * A command is taken whole, judged, and then sent as it came; nothing of the next is read before
 * the server has answered. A refused one is answered by us, and the server never hears of it.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html
 */
import { ProtocolError } from '../errors.ts'
import type { Analysis, Answer, Limits, Session } from '../protocol.ts'
import { Capability, has } from './capabilities.ts'
import type { ClientCommand, CommandHost, Reviewed } from './commands/host.ts'
import { handlerOf } from './commands/table.ts'
import { asksForDiagnostics, readsAlike } from './diagnostics.ts'
import type { Exchange, Owed, Run } from './exchange.ts'
import { FatalError } from './fatal.ts'
import {
  checkSequence,
  encodePacket,
  framePayloadMax,
  frameSequence,
  headerBytes,
  nextSequence,
  PacketsOutOfOrder,
  packetExtent,
  packetPayload,
} from './framing.ts'
import { Command } from './packets/commands.ts'
import { ErrorCode } from './packets/err.ts'
import { encodeOk, ServerStatus } from './packets/ok.ts'
import { PreparedStatements } from './prepared-statements.ts'
import {
  interrupted,
  type MysqlRefusal,
  notAsItStands,
  refusalPacket,
  tooLarge,
  unreadableSettingOf,
} from './refusal.ts'
import { commandFrame } from './replay.ts'
import { contextWith } from './sent-as.ts'
import {
  changesItsOwnReading,
  type SessionState,
  stateQuery,
  unreadableSetting,
} from './session-state.ts'
import type { KillTarget } from './sql/setting-changes.ts'

export interface FromClientParts {
  readonly session: Session
  readonly exchange: Exchange
  readonly state: SessionState
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
  /** Set when nothing more may be read from the client before it settles. */
  wait: Promise<void> | undefined
  /** Set when the bytes given hold no whole packet: how many would. */
  needed = 1
  /** The client said goodbye, or wants to be somebody else: nothing more is read from it here. */
  left: { readonly as: 'quit' | 'change-user'; readonly command: ClientCommand } | undefined
  /** A statement waits for people. */
  held = false

  readonly prepared: PreparedStatements = new PreparedStatements()
  readonly exchange: Exchange
  readonly state: SessionState
  readonly limits: Limits
  readonly capabilities: bigint
  readonly #session: Session
  readonly #parts: FromClientParts
  #statements = 0
  /** Of a packet that is too large, or of a file: bytes of this frame that are still to come. */
  #passing = 0
  /** Whether another frame of the same packet comes after it. */
  #continues = false
  #discarded: { readonly code: number; sequence: number } | undefined
  #settled: (() => void) | undefined

  constructor(parts: FromClientParts) {
    this.#parts = parts
    this.#session = parts.session
    this.exchange = parts.exchange
    this.state = parts.state
    this.limits = parts.limits
    this.capabilities = parts.capabilities
  }

  /** The server answered, or wants a file: what waited for that may look again. */
  answered(): void {
    const settled = this.#settled
    this.#settled = undefined
    settled?.()
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
    if (this.#passing > 0) return this.#pass(bytes, offset)
    if (bytes.length - offset < headerBytes) return offset
    if (this.#discarded !== undefined) return this.#discard(bytes, offset, this.#discarded)
    if (this.exchange.infile !== undefined) return this.#file(bytes, offset, this.exchange.infile)
    if (this.exchange.owed !== undefined) return this.#waitForAnswer(offset)
    return this.#command(bytes, offset)
  }

  #command(bytes: Buffer, offset: number): number {
    const extent = packetExtent(bytes, offset)
    const wanted = Math.abs(extent)
    if (frameSequence(bytes, offset) !== 0)
      throw new PacketsOutOfOrder(0, frameSequence(bytes, offset))
    const code = bytes[offset + headerBytes] ?? Command.COM_SLEEP
    if (wanted > this.#bytesMax(code)) {
      this.#discarded = { code, sequence: 0 }
      return this.#discard(bytes, offset, this.#discarded)
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

  /** Drops the frame of a packet that is too large, and answers it behind the last one. */
  #discard(
    bytes: Buffer,
    offset: number,
    discarded: { readonly code: number; sequence: number },
  ): number {
    const came = frameSequence(bytes, offset)
    if (came !== discarded.sequence) throw new PacketsOutOfOrder(discarded.sequence, came)
    discarded.sequence = nextSequence(came)
    const length = bytes.readUIntLE(offset, 3)
    this.#continues = length === framePayloadMax
    this.#passing = length
    return this.#pass(bytes, offset + headerBytes)
  }

  /** A frame of the file that the server asked for; one without a byte is its end. */
  #file(bytes: Buffer, offset: number, expected: number): number {
    const came = frameSequence(bytes, offset)
    if (came !== expected) throw new PacketsOutOfOrder(expected, came)
    const length = bytes.readUIntLE(offset, 3)
    const ends = length === 0 && !this.#continues
    this.exchange.infile = ends ? undefined : nextSequence(came)
    this.#continues = length === framePayloadMax
    this.#passing = length
    this.#sent(bytes.subarray(offset, offset + headerBytes))
    return this.#pass(bytes, offset + headerBytes)
  }

  #pass(bytes: Buffer, offset: number): number {
    const end = Math.min(bytes.length, offset + this.#passing)
    this.#passing -= end - offset
    const discarded = this.#discarded
    if (discarded === undefined) {
      if (end > offset) this.#sent(bytes.subarray(offset, end))
    } else if (this.#passing === 0 && !this.#continues) {
      this.#discarded = undefined
      this.#tooLarge(discarded.code, discarded.sequence)
    }
    return end
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

  /** What the client sent and the server has to have: part of the recording. */
  #sent(bytes: Buffer): void {
    this.output.push(bytes)
    const full = this.#session.record({ type: 'frames', from: 'client', bytes })
    if (full !== undefined && this.wait === undefined) this.#waitFor(full)
  }

  #waitForAnswer(offset: number): number {
    this.#waitFor(
      new Promise(resolve => {
        this.#settled = resolve
      }),
    )
    return offset
  }

  #waitFor(wait: Promise<void>): void {
    this.wait = wait.then(() => {
      this.wait = undefined
    })
  }

  // ── For the commands ────────────────────────────────────────────────────────────────────────

  readable(text: string | undefined): boolean {
    const refresh = this.state.stale()
    if (refresh !== undefined) {
      this.#waitFor(refresh)
      return false
    }
    if (this.state.certain || (text !== undefined && readsAlike(text))) return true
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
    this.#waitFor(asked)
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
    const { text, analysis, parameters, sentAs } = reviewed
    const run = this.#run(text, analysis)
    const { context } = this.state
    this.#statements += 1
    const interrupted = this.#parts.interrupted()
    const answer = this.#session.review(
      { text, analysis, parameters },
      sentAs === undefined ? context : contextWith(context, sentAs),
      interrupted,
      // There is no packet for a notice: the error says it, or nothing does.
      () => undefined,
    )
    if (answer instanceof Promise) this.#hold(command, reviewed, run, answer, interrupted)
    else this.#decide(command, reviewed, run, answer)
  }

  #decide(command: ClientCommand, reviewed: Reviewed, run: Run, answer: Answer): void {
    if (answer.run) {
      if (run.hidesDiagnostics) this.exchange.diagnosticsHidden = true
      this.state.began(run.analysis)
      reviewed.run(run)
      return
    }
    reviewed.refused?.()
    this.refuse(command, answer.refusal)
  }

  #hold(
    command: ClientCommand,
    reviewed: Reviewed,
    run: Run,
    answer: Promise<Answer>,
    interrupted: AbortSignal,
  ): void {
    this.held = true
    this.#waitFor(
      answer.then(async answered => {
        const decided = answered.run
          ? await this.#unlessDrifted(reviewed, run, interrupted)
          : answered
        this.held = false
        this.wait = undefined
        this.#decide(command, reviewed, run, decided)
        this.#parts.flush()
      }),
    )
  }

  /** The schema may have changed while people decided: what they saw would not be what runs. */
  async #unlessDrifted(reviewed: Reviewed, run: Run, signal: AbortSignal): Promise<Answer> {
    // A schema that cannot be read may have changed.
    const drifted = await this.state.drifted(run.analysis, reviewed.again).catch(() => true)
    if (!drifted && !signal.aborted) return { run: true }
    this.#parts.end(run, drifted ? 'drifted' : 'skipped')
    if (signal.aborted) return { run: false, refusal: interruptedByKill }
    const refusal: MysqlRefusal = {
      code: 'denied',
      message:
        'the schema changed while the statement waited: what was approved is not what would run',
      detail: undefined,
      hint: 'Run the statement again, and have it looked at again.',
    }
    return { run: false, refusal }
  }

  /** Made just before the review that gives it its number. */
  #run(text: string, analysis: Analysis): Run {
    const alone = asksForDiagnostics(analysis) === 'alone'
    const shown = this.exchange.diagnosticsHidden ? 'concealed' : 'shown'
    return {
      statement: this.#statements,
      text,
      analysis,
      hidesDiagnostics: !alone && this.hides(analysis),
      diagnostics: alone ? shown : undefined,
      result: 0,
      mask: undefined,
      cursor: false,
      rows: 0,
      bytes: 0,
      tag: analysis.tag,
      ended: false,
    }
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
    const full = this.#session.record({ type: 'frames', from: 'client', bytes })
    if (full !== undefined && this.wait === undefined) this.#waitFor(full)
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

const interruptedByKill: MysqlRefusal = interrupted()
