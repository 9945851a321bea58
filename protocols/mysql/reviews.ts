/**
 * Asks the session whether a statement may run, and waits with it while people decide. What may run
 * then is read as the schema is by then.
 */
import type {
  Analysis,
  Answer,
  Asker,
  Reading,
  Session,
  Statement,
  StatementContext,
} from '../protocol.ts'
import type { Waiting } from '../waiting.ts'
import type { ClientCommand, Reviewed } from './commands/host.ts'
import { asksForDiagnostics } from './diagnostics.ts'
import type { Exchange, Run } from './exchange.ts'
import type { Planner } from './impact/planner.ts'
import { impactOf, type Meant } from './impact.ts'
import { interrupted, type MysqlRefusal } from './refusal.ts'
import { contextWith } from './sent-as.ts'
import { reasonHelp, type SessionState } from './session-state.ts'

export interface ReviewsParts {
  readonly session: Session
  readonly exchange: Exchange
  readonly state: SessionState
  readonly planner: Planner
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
  #reviewed: Reviewed | undefined
  #statements = 0

  constructor(parts: ReviewsParts) {
    this.#parts = parts
    const { state } = parts
    this.#asker = {
      // There is no packet for a notice: the error says it, or nothing does.
      notify: () => undefined,
      reasons: ({ text }) => ({ statement: state.reasonIn(text), session: state.reason }),
      definitions: analysis => state.definitions(analysis),
      again: statement => this.#again(statement),
      impact: (reading, gone) => impactOf(parts.planner, reading, this.#meant, gone),
      reasonHelp,
      breaksGlass: ({ text }) => {
        if (state.breaksGlassIn(text)) return { reason: undefined }
        const reason = state.takeGlass()
        return reason === undefined || reason === '' ? undefined : { reason }
      },
    }
  }

  review(command: ClientCommand, reviewed: Reviewed): void {
    const { text, analysis, parameters } = reviewed
    const { session } = this.#parts
    const run = this.#run(text, analysis)
    this.#reviewed = reviewed
    this.#statements += 1
    const signal = this.#parts.interrupted()
    const answer = session.review(
      { text, analysis, parameters },
      this.#context(reviewed),
      signal,
      this.#asker,
    )
    if (answer instanceof Promise) this.#hold(command, reviewed, run, answer, signal)
    else this.#decide(command, reviewed, run, answer)
  }

  get #meant(): Meant {
    const { state } = this.#parts
    const { prepared, types = [] } = this.#reviewed ?? {}
    const alike = prepared === undefined || state.preparedAlike(prepared)
    return { lexer: state.lexer, prepared: alike ? 'now' : 'otherwise', types }
  }

  #context({ sentAs }: Reviewed): StatementContext {
    const { context } = this.#parts.state
    return sentAs === undefined ? context : contextWith(context, sentAs)
  }

  /** Nothing else is reviewed while a statement waits. */
  async #again(statement: Statement): Promise<Reading> {
    const reviewed = this.#reviewed
    if (reviewed === undefined) throw new TypeError('expected a statement under review, got none')
    await this.#parts.state.refresh()
    return {
      statement: { ...statement, analysis: reviewed.again() },
      context: this.#context(reviewed),
    }
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
    const { session, waiting, flush, end } = this.#parts
    this.held = true
    waiting.wait = answer.then(answered => {
      const decided = answered.run && signal.aborted ? killedRun : answered
      if (answered.run && !decided.run) end(run, 'skipped')
      if (answered.run && answered.analysis !== undefined) {
        run.analysis = answered.analysis
        run.hidesDiagnostics =
          run.diagnostics === undefined && session.hidesDiagnostics(answered.analysis)
      }
      this.held = false
      // What is put out now may fill the recorder, which is then waited for.
      waiting.wait = undefined
      this.#decide(command, reviewed, run, decided)
      flush()
    })
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

/** A kill, or a client that left, between the approval and the run. */
const killedRun: Answer = { run: false, refusal: interrupted() }
