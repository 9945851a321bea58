/**
 * Asks the session whether a statement may run, and waits with it while people decide. By the time
 * it may, neither the schema has changed under what they saw, nor has the client gone.
 */
import type { Analysis, Answer, Asker, Session } from '../protocol.ts'
import type { Waiting } from '../waiting.ts'
import type { ClientCommand, Reviewed } from './commands/host.ts'
import { asksForDiagnostics } from './diagnostics.ts'
import type { Exchange, Run } from './exchange.ts'
import { interrupted, type MysqlRefusal } from './refusal.ts'
import { contextWith } from './sent-as.ts'
import { reasonHelp, type SessionState } from './session-state.ts'

export interface ReviewsParts {
  readonly session: Session
  readonly exchange: Exchange
  readonly state: SessionState
  readonly waiting: Waiting
  /** Fires when the client is gone or its statement is killed; a kill makes a new one. */
  readonly interrupted: () => AbortSignal
  /** What was decided late can be sent, to both sides. */
  readonly flush: () => void
  readonly refuse: (command: ClientCommand, refusal: MysqlRefusal) => void
  /** A run that was approved and is not sent. */
  readonly end: (run: Run, error: string | undefined) => void
}

export class Reviews {
  /** A statement waits for people. */
  held = false
  readonly #parts: ReviewsParts
  readonly #asker: Asker
  #statements = 0

  constructor(parts: ReviewsParts) {
    this.#parts = parts
    const { state } = parts
    this.#asker = {
      // There is no packet for a notice: the error says it, or nothing does.
      notify: () => undefined,
      reasons: ({ text }) => ({ statement: state.reasonIn(text), session: state.reason }),
      reasonHelp,
    }
  }

  review(command: ClientCommand, reviewed: Reviewed): void {
    const { text, analysis, parameters, sentAs } = reviewed
    const { session, state } = this.#parts
    const run = this.#run(text, analysis)
    const { context } = state
    this.#statements += 1
    const signal = this.#parts.interrupted()
    const answer = session.review(
      { text, analysis, parameters },
      sentAs === undefined ? context : contextWith(context, sentAs),
      signal,
      this.#asker,
    )
    if (answer instanceof Promise) this.#hold(command, reviewed, run, answer, signal)
    else this.#decide(command, reviewed, run, answer)
  }

  #decide(command: ClientCommand, reviewed: Reviewed, run: Run, answer: Answer): void {
    const { exchange, state, refuse } = this.#parts
    if (answer.run) {
      if (run.hidesDiagnostics) exchange.diagnosticsHidden = true
      state.began(run.analysis)
      reviewed.run(run)
      return
    }
    reviewed.refused?.()
    refuse(command, answer.refusal)
  }

  /** Nothing is read from the client until people have decided, and what then goes is put out. */
  #hold(
    command: ClientCommand,
    reviewed: Reviewed,
    run: Run,
    answer: Promise<Answer>,
    signal: AbortSignal,
  ): void {
    const { waiting, flush } = this.#parts
    this.held = true
    waiting.wait = answer.then(async answered => {
      const decided = answered.run ? await this.#unlessDrifted(reviewed, run, signal) : answered
      this.held = false
      // What is put out now may fill the recorder, which is then waited for.
      waiting.wait = undefined
      this.#decide(command, reviewed, run, decided)
      flush()
    })
  }

  /** The schema may have changed while people decided: what they saw would not be what runs. */
  async #unlessDrifted(reviewed: Reviewed, run: Run, signal: AbortSignal): Promise<Answer> {
    const { state, end } = this.#parts
    // A schema that cannot be read may have changed.
    const drifted = await state.drifted(run.analysis, reviewed.again).catch(() => true)
    if (!drifted && !signal.aborted) return { run: true }
    end(run, drifted ? 'drifted' : 'skipped')
    return { run: false, refusal: signal.aborted ? interruptedByKill : schemaChanged }
  }

  /** Made just before the review that gives it its number. */
  #run(text: string, analysis: Analysis): Run {
    const { exchange, session } = this.#parts
    const alone = asksForDiagnostics(analysis) === 'alone'
    const shown = exchange.diagnosticsHidden ? 'concealed' : 'shown'
    return {
      statement: this.#statements,
      text,
      analysis,
      hidesDiagnostics: !alone && session.hidesDiagnostics(analysis),
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
}

const schemaChanged: MysqlRefusal = {
  code: 'denied',
  message: 'the schema changed while the statement waited: what was approved is not what would run',
  detail: undefined,
  hint: 'Run the statement again, and have it looked at again.',
}

/** A kill, or a client that left, between the approval and the run. */
const interruptedByKill: MysqlRefusal = interrupted()
