/** What the proxy counts, in Prometheus' words. No statement, user or session is ever a label. */
import { Counter, Gauge, Registry } from 'prom-client'

export interface MetricsStates {
  storage(): 'healthy' | 'low' | 'critical'
  configMistaken(): boolean
}

export class Metrics {
  readonly registry: Registry = new Registry()
  /** Plain numbers: counting a statement must cost nothing. */
  readonly statements: Record<'allow' | 'hold' | 'deny', number> = { allow: 0, hold: 0, deny: 0 }
  /** What mode `observe` let pass. */
  readonly observed: Record<'hold' | 'deny', number> = { hold: 0, deny: 0 }
  sessionsOpen = 0
  sessionsTotal = 0
  refusedLogins = 0

  constructor(states: MetricsStates) {
    const { registry, statements, observed } = this
    const registers = [registry]
    new Counter({
      name: 'countersign_statements_total',
      help: "Statements by the policy's verdict.",
      labelNames: ['verdict'],
      registers,
      collect() {
        this.reset()
        for (const [verdict, count] of Object.entries(statements)) this.inc({ verdict }, count)
      },
    })
    new Counter({
      name: 'countersign_observed_total',
      help: 'Statements and results that passed only because the mode is observe, by what it would have been.',
      labelNames: ['verdict'],
      registers,
      collect() {
        this.reset()
        for (const [verdict, count] of Object.entries(observed)) this.inc({ verdict }, count)
      },
    })
    this.#number('countersign_sessions_open', 'Sessions that are open.', () => this.sessionsOpen)
    this.#count('countersign_sessions_total', 'Sessions begun.', () => this.sessionsTotal)
    this.#count('countersign_logins_refused_total', 'Logins refused.', () => this.refusedLogins)
    this.#number(
      'countersign_recording_healthy',
      '1 while the recording takes new sessions and statements.',
      () => (states.storage() === 'healthy' ? 1 : 0),
    )
    this.#number(
      'countersign_config_mistaken',
      '1 while the configuration file has mistakes and what it says is not in force.',
      () => (states.configMistaken() ? 1 : 0),
    )
  }

  #number(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(value())
      },
    })
  }

  #count(name: string, help: string, value: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset()
        this.inc(value())
      },
    })
  }
}
