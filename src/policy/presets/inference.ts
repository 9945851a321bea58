/**
 * What masking rules say to questions about their columns, and the limit on such questions. In
 * force whatever the preset: it is the masking section that asks for them.
 */
import type { Rule } from '../rule.ts'

const hint = 'Compare with whole values by = or IN, join on it, count it, or test IS NULL.'

export const inferenceRules: readonly Rule[] = [
  {
    name: 'masked-predicate',
    action: 'hold',
    risk: 'medium',
    predicatesSay: 'hold',
    reason: 'The statement asks what would tell values that are masked for you: {asked}.',
    hint,
  },
  {
    name: 'masked-predicate-refused',
    action: 'deny',
    risk: 'medium',
    predicatesSay: 'deny',
    reason: 'The statement asks what would tell values that are masked for you: {asked}.',
    hint,
  },
  {
    name: 'masked-probing',
    action: 'hold',
    risk: 'high',
    overLimit: 'hold',
    reason: 'You have asked much of masked columns within a short time: {asked}.',
    hint: 'Wait, or ask for fewer values. Joining on the column is not counted.',
  },
  {
    name: 'masked-probing-refused',
    action: 'deny',
    risk: 'high',
    overLimit: 'deny',
    reason: 'You have asked too much of masked columns within a short time: {asked}.',
    hint: 'Wait, or ask for fewer values. Joining on the column is not counted.',
  },
]
