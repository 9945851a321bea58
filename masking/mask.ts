/**
 * A mask as a rule writes it, made into what the wire applies to a cell of one type. Each gives a
 * valid value of the column's type; where a mask has no meaning for a type, the value is redacted.
 */
import type { AsciiMask, CellMask, ValueType } from '../protocols/protocol.ts'
import { emailAscii, partialAscii } from './ascii-masks.ts'
import { generalized } from './generalize.ts'
import { deriveKey, IntegerPermutation, type PermutationBits } from './keyed.ts'
import { fitText, redaction } from './redact.ts'
import { remember } from './remember.ts'
import type { MaskHit, MaskSpec } from './rules.ts'
import { hashed, type TokenKeys, tokenized } from './stable-values.ts'
import { email, partial } from './text-masks.ts'

/** Makes and keeps the cell masks of one set of rules. */
export class CellMasks {
  readonly #key: Buffer
  readonly #tokenKeys: TokenKeys
  readonly #masks = new WeakMap<MaskHit, Map<string, CellMask>>()
  readonly #redactions = new WeakMap<MaskHit, Map<string, CellMask>>()

  constructor(key: Buffer) {
    this.#key = key
    this.#tokenKeys = tokenKeys(key)
  }

  /** The rule's own mask, for a value that is the masked column's and nothing else. */
  mask(hit: MaskHit, type: ValueType): CellMask {
    return remembered(this.#masks, hit, type, () => this.#make(hit, type))
  }

  /** One constant for every cell, for a value that depends on a masked column in any other way. */
  redaction(hit: MaskHit, type: ValueType): CellMask {
    return remembered(this.#redactions, hit, type, () => constant(hit, redaction(type)))
  }

  #make(hit: MaskHit, type: ValueType): CellMask {
    if (hit.mask.kind === 'null') return constant(hit, null)
    const apply = this.#apply(hit, type)
    if (apply === undefined) return constant(hit, redaction(type))
    return { kind: 'value', rule: hit.rule, apply, ascii: asciiMask(hit.mask, type) }
  }

  #apply({ rule, mask }: MaskHit, type: ValueType): ((value: string) => string | null) | undefined {
    switch (mask.kind) {
      case 'partial':
        return type.class === 'text' ? partialText(mask, type) : undefined
      case 'email':
        return type.class === 'text'
          ? orRedaction(value => emailText(value, type), type)
          : undefined
      case 'hash':
        return memoised(hashed(type, deriveKey(this.#key, `hash ${rule}`)))
      case 'tokenize':
        // A permutation is cheaper than a look-up.
        return type.class === 'integer'
          ? tokenized(type, this.#tokenKeys)
          : memoised(tokenized(type, this.#tokenKeys))
      case 'generalize': {
        const apply = generalized(type, mask.to, mask.bucket)
        return apply === undefined ? undefined : orRedaction(apply, type)
      }
      default:
        return undefined
    }
  }
}

/** char(n) is left out: the blanks that fill it up are not of the value. */
function asciiMask(mask: MaskSpec, type: ValueType): AsciiMask | undefined {
  if (type.class !== 'text' || type.name === 'bpchar') return undefined
  if (mask.kind === 'email') return emailAscii(type.lengthMax ?? Number.POSITIVE_INFINITY)
  if (mask.kind !== 'partial') return undefined
  const fill = (mask.character ?? '*').codePointAt(0) ?? 0x2a
  return fill < 0x80 ? partialAscii(mask.first, mask.last, fill) : undefined
}

function constant(hit: MaskHit, value: string | null): CellMask {
  return { kind: 'constant', value, rule: hit.rule }
}

function partialText(
  mask: MaskSpec & { kind: 'partial' },
  type: ValueType,
): (value: string) => string {
  const apply = partial(mask.first, mask.last, mask.character)
  if (type.name !== 'bpchar') return apply
  // The last characters of a char(n) are those before the blanks that fill it up.
  return value => apply(value.replace(/ +$/, '')).padEnd(value.length)
}

function emailText(value: string, type: ValueType): string | undefined {
  const blank = type.name === 'bpchar'
  const masked = email(blank ? value.replace(/ +$/, '') : value)
  if (masked === undefined || masked.length > (type.lengthMax ?? Infinity)) return undefined
  return blank ? fitText(masked, type) : masked
}

function orRedaction(
  apply: (value: string) => string | undefined,
  type: ValueType,
): (value: string) => string | null {
  const redacted = redaction(type)
  return value => apply(value) ?? redacted
}

const MEMO_ENTRIES_MAX = 4096
const MEMO_LENGTH_MAX = 128

/** Foreign keys and categories repeat; a digest costs more than a look-up. */
function memoised(
  apply: ((value: string) => string) | undefined,
): ((value: string) => string) | undefined {
  if (apply === undefined) return undefined
  const memo = new Map<string, string>()
  return value => {
    if (value.length > MEMO_LENGTH_MAX) return apply(value)
    const known = memo.get(value)
    if (known !== undefined) return known
    if (memo.size >= MEMO_ENTRIES_MAX) memo.clear()
    const made = apply(value)
    memo.set(value, made)
    return made
  }
}

function remembered(
  memo: WeakMap<MaskHit, Map<string, CellMask>>,
  hit: MaskHit,
  type: ValueType,
  make: () => CellMask,
): CellMask {
  const byType = remember(memo, hit, () => new Map<string, CellMask>())
  return remember(byType, `${type.class} ${type.lengthMax ?? ''} ${type.name}`, make)
}

function tokenKeys(key: Buffer): TokenKeys {
  const made = new Map<PermutationBits, IntegerPermutation>()
  return {
    digest: deriveKey(key, 'tokenize'),
    permutation: bits =>
      remember(
        made,
        bits,
        () => new IntegerPermutation(deriveKey(key, `tokenize integers ${bits}`), bits),
      ),
  }
}
