/**
 * The rules that come with the program. Those of a preset are ordinary rules: a configuration
 * lifts them by name.
 */
import { agents } from './presets/agents.ts'
import { inferenceRules } from './presets/inference.ts'
import { readOnly } from './presets/read-only.ts'
import { recommended } from './presets/recommended.ts'
import { requiredRules } from './presets/required.ts'
import type { Rule } from './rule.ts'

export const presetNames = ['recommended', 'read-only', 'agents', 'observe', 'none'] as const
export type PresetName = (typeof presetNames)[number]

const presets: Readonly<Record<PresetName, readonly Rule[]>> = {
  recommended,
  'read-only': [...recommended, ...readOnly],
  agents: [...recommended, ...agents],
  // It differs in the mode that it comes with.
  observe: recommended,
  none: [],
}

export function presetRules(preset: PresetName): readonly Rule[] {
  return presets[preset]
}

/** Names that a configuration cannot give to rules of its own. */
export const reservedRuleNames: ReadonlySet<string> = new Set([
  'default',
  'unreadable',
  ...requiredRules.map(rule => rule.name),
  ...inferenceRules.map(rule => rule.name),
  ...presetNames.flatMap(preset => presets[preset].map(rule => rule.name)),
])
