/**
 * Puts a changed configuration in force: its policy and its masking rules, for the next statement
 * of every session. The rest waits for a restart, and is named. One with a mistake changes nothing.
 */
import { isDeepStrictEqual } from 'node:util'
import { compileRules } from '../masking/rules.ts'
import type { Config } from './config/config.ts'
import type { ConfigListener, ConfigOrigin } from './config/watch.ts'
import { Policy } from './policy/policy.ts'
import type { Recorder } from './recording/recorder.ts'
import type { RulesInForce } from './session/rules-in-force.ts'
import type { Log } from './telemetry/log.ts'

export interface ReloadParts {
  readonly rules: RulesInForce
  readonly maskingKey: Buffer
  readonly recorder: Pick<Recorder, 'note'>
  readonly log: Log
}

export class Reload implements ConfigListener {
  /** In force. */
  #config: Config
  readonly #parts: ReloadParts
  #mistake: string | undefined

  constructor(config: Config, parts: ReloadParts) {
    this.#config = config
    this.#parts = parts
    this.#note('policy.loaded', config, {})
  }

  /** Why the file as it is now is not in force; undefined when it is. */
  get mistake(): string | undefined {
    return this.#mistake
  }

  changed(config: Config, origin: ConfigOrigin): void {
    const { rules, maskingKey, log } = this.#parts
    this.#mistake = undefined
    const waiting = waitingSections(this.#config, config)
    if (waiting.length > 0)
      log.warn({ sections: waiting }, 'these sections changed, and count after a restart')
    const changes = {
      policy: ruleChanges(this.#config.policy.rules, config.policy.rules),
      masking: ruleChanges(this.#config.masking, config.masking),
    }
    const { policy, masking } = config
    if (
      isDeepStrictEqual(policy, this.#config.policy) &&
      isDeepStrictEqual(masking, this.#config.masking)
    )
      return
    rules.replace({
      policy: new Policy(policy),
      masking: compileRules(masking, maskingKey),
    })
    this.#config = { ...this.#config, policy, masking }
    log.warn(changes, 'the policy changed')
    this.#note('policy.changed', config, { ...origin, ...changes })
  }

  refused(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#mistake = message
    this.#parts.log.error(
      { mistakes: message.split('\n') },
      'the configuration has mistakes; what was in force stays in force',
    )
    this.#parts.recorder.note('policy.refused', { mistakes: message.split('\n').length })
  }

  #note(type: string, { path, policy }: Config, changes: object): void {
    const { policy: compiled, masking } = this.#parts.rules.current
    this.#parts.recorder.note(type, {
      ...(path !== undefined && { path }),
      ...{ mode: policy.mode, preset: policy.preset },
      ...{ policyVersion: compiled.version, maskingVersion: masking.version },
      ...changes,
    })
  }
}

interface Changes {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

function ruleChanges(
  before: readonly { readonly name: string }[],
  after: readonly { readonly name: string }[],
): Changes {
  const old = new Map(before.map(rule => [rule.name, rule]))
  const now = new Set(after.map(({ name }) => name))
  return {
    added: after.filter(({ name }) => !old.has(name)).map(({ name }) => name),
    changed: after
      .filter(rule => old.has(rule.name) && !isDeepStrictEqual(old.get(rule.name), rule))
      .map(({ name }) => name),
    removed: [...old.keys()].filter(name => !now.has(name)),
  }
}

function waitingSections(before: Config, after: Config): readonly string[] {
  const old = comparable(before)
  const now = comparable(after)
  return Object.keys(old).filter(key => !isDeepStrictEqual(old[key], now[key]))
}

/** Without what is in force at once, and without verifiers: each has a salt of its own. */
function comparable(config: Config): Readonly<Record<string, unknown>> {
  const { policy: _policy, masking: _masking, users, ...rest } = config
  return {
    ...rest,
    users: users.map(({ credential: _credential, nativePassword: _native, ...user }) => user),
  }
}
