/**
 * Asks the session whether a statement may run, and waits with it while people decide. What may run
 * then is read as the schema is by then.
 */
import { breaksGlassInComments, reasonInComments } from '../comment-reason.ts'
import type { Analysis, Answer, Asker, Parameter, Session, StatementContext } from '../protocol.ts'
import type { Waiting } from '../waiting.ts'
import type { Conversation, Portal, Run } from './conversation.ts'
import type { Planner } from './impact/planner.ts'
import { impactOf } from './impact.ts'
import type { PostgresRefusal } from './refusal.ts'
import { reasonHelp } from './session-reason.ts'
import { commentsOf } from './sql/pieces.ts'
import { syntaxError } from './sql/syntax-error.ts'
import type { StatementNames } from './statement-names.ts'

export interface ReviewsParts {
  readonly session: Session
  readonly conversation: Conversation
  readonly names: StatementNames
  readonly planner: Planner
  readonly waiting: Waiting
  readonly notify: (text: string) => void
  /** Fires when the client is gone or asks to cancel; a getter, since a cancel makes a new one. */
  readonly interrupted: () => AbortSignal
  /** A held statement was decided: what was put out for the server can be sent. */
  readonly flush: () => void
  /** How many were reviewed before the relay began. */
  readonly statements: number
}

export class Reviews {
  /** A statement waits for people. */
  held = false
  readonly #parts: ReviewsParts
  readonly #asker: Asker
  #statements: number

  constructor(parts: ReviewsParts) {
    this.#parts = parts
    this.#asker = {
      notify: parts.notify,
      reasons: ({ text }) => ({
        statement: reasonInComments(commentsOf(text)),
        session: parts.names.reason,
      }),
      definitions: analysis => parts.names.definitions(analysis),
      again: async statement => ({
        statement: {
          ...statement,
          analysis: await parts.names.again(statement.text, parts.conversation),
        },
        context: this.#context,
      }),
      impact: (reading, gone) => impactOf(parts.planner, reading, gone),
      reasonHelp,
      breaksGlass: ({ text }) => {
        if (breaksGlassInComments(commentsOf(text))) return { reason: undefined }
        const reason = parts.names.takeGlass()
        return reason === undefined || reason === '' ? undefined : { reason }
      },
    }
    this.#statements = parts.statements
  }

  /** To be made just before the review, which gives it its number. */
  run(text: string, analysis: Analysis, portal: Portal | undefined): Run {
    return {
      statement: this.#statements,
      text,
      analysis,
      hidesDiagnostics: this.#parts.session.hidesDiagnostics(analysis),
      portal,
      result: 0,
      described: false,
      mask: undefined,
      copy: undefined,
      columns: 0,
      rows: 0,
      bytes: 0,
      tag: undefined,
      failed: false,
      unanswered: 0,
      segment: 0,
    }
  }

  review(
    text: string,
    analysis: Analysis,
    parameters: readonly Parameter[],
  ): Answer | Promise<Answer> {
    const { session, interrupted } = this.#parts
    this.#statements += 1
    const answer = session.review(
      { text, analysis, parameters },
      this.#context,
      interrupted(),
      this.#asker,
    )
    return analysis.unreadable === undefined ? answer : located(answer, analysis)
  }

  get #context(): StatementContext {
    const { conversation, names } = this.#parts
    return {
      transaction: conversation.transaction,
      role: names.role,
      searchPath: names.searchPathText,
      openedAt: conversation.openedAt,
    }
  }

  /** Nothing is read from the client until people have decided, and `decide` has put out what then goes. */
  hold(answer: Promise<Answer>, run: Run, decide: (answer: Answer) => void): void {
    const { session, conversation, waiting, interrupted, flush } = this.#parts
    const signal = interrupted()
    this.held = true
    waiting.wait = answer.then(async answered => {
      const decided = answered.run && signal.aborted ? cancelledRun : answered
      if (answered.run && !decided.run) await this.#recordSkipped(run)
      if (answered.run && answered.analysis !== undefined) {
        run.analysis = answered.analysis
        run.hidesDiagnostics = session.hidesDiagnostics(answered.analysis)
      }
      this.held = false
      waiting.wait = undefined
      // What came before it in its segment failed in the meantime: it would not run any more.
      if (conversation.skipping) {
        if (decided.run) await this.#recordSkipped(run)
        return
      }
      decide(decided)
      flush()
    })
  }

  /** The statement goes to the server. */
  began(run: Run): void {
    this.#parts.names.began(run.analysis)
    if (run.hidesDiagnostics) this.#parts.conversation.hidesAtEnd = true
  }

  #recordSkipped({ statement }: Run): Promise<void> | undefined {
    const end = { type: 'statement.end', tag: undefined, rows: 0, bytes: 0 } as const
    return this.#parts.session.record({ ...end, statement, error: 'skipped' })
  }
}

/** Says what is wrong with the text and where, as the server would. */
function located(answer: Answer | Promise<Answer>, analysis: Analysis): Answer | Promise<Answer> {
  if (answer instanceof Promise || answer.run) return answer
  const error = syntaxError(analysis)
  if (error === undefined || answer.refusal.code !== 'unreadable') return answer
  const { message, position } = error
  const refusal: PostgresRefusal = { ...answer.refusal, message, ...(position && { position }) }
  return { run: false, refusal }
}

/** Ctrl-C, or a client that left, between the approval and the run. */
const cancelled: PostgresRefusal = {
  code: 'withdrawn',
  message: 'canceling statement due to user request',
  detail: undefined,
  hint: undefined,
}

const cancelledRun: Answer = { run: false, refusal: cancelled }
