/**
 * A mask as a rule writes it, made into what the wire applies to a cell of one type. Each gives a
 * valid value of the column's type; where a mask has no meaning for a type, the value is redacted.
 */
import type { AsciiMask, CellMask, ValueType } from '../protocols/protocol.ts'
import { emailAscii, partialAscii } from './ascii-masks.ts'
import { cardMask, emailDomainMask, ibanMask, phoneMask } from './format-masks.ts'
import { generalized } from './generalize.ts'
import { type DocumentPart, hideParts } from './json-document.ts'
import { deriveKey, IntegerPermutation, KeyedHash, type PermutationBits } from './keyed.ts'
import { fitText, REDACTED, redaction } from './redact.ts'
import { remember } from './remember.ts'
import type { MaskedPart, MaskHit, MaskSpec } from './rules.ts'
import { hashed, type TokenKeys, tokenized } from './stable-values.ts'
import { email, partial } from './text-masks.ts'

/** Makes and keeps the cell masks of one set of rules. */
export class CellMasks {
  readonly #key: Buffer
  readonly #tokenKeys: TokenKeys
  readonly #formats: KeyedHash
  readonly #masks = new WeakMap<MaskHit, Map<string, CellMask>>()
  readonly #redactions = new WeakMap<MaskHit, Map<string, CellMask>>()

  constructor(key: Buffer) {
    this.#key = key
    this.#tokenKeys = tokenKeys(key)
    this.#formats = new KeyedHash(deriveKey(key, 'formats'))
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
    if (hit.parts !== undefined) return this.#partly(hit, hit.parts, type)
    if (hit.mask.kind === 'null') return constant(hit, null)
    const apply = this.#apply(hit, type)
    if (apply === undefined) return constant(hit, redaction(type))
    return { kind: 'value', rule: hit.rule, apply, ascii: asciiMask(hit.mask, type) }
  }

  /** A document with the parts hidden; the text of a part has the rule's mask for texts. */
  #partly(hit: MaskHit, parts: readonly MaskedPart[], type: ValueType): CellMask {
    const whole = parts.find(({ path }) => path.length === 0)
    if (type.class === 'text' && whole !== undefined) return this.mask(whole.hit, type)
    if (type.class !== 'json' && type.class !== 'text') return constant(hit, redaction(type))
    const documentParts = parts.map(part => this.#documentPart(part))
    const apply = (value: string) => hideParts(value, documentParts)
    return { kind: 'value', rule: hit.rule, apply: orRedaction(apply, type) }
  }

  #documentPart({ path, hit }: MaskedPart): DocumentPart {
    const { kind } = hit.mask
    const text = this.mask(hit, TEXT)
    const number = kind === 'generalize' ? this.mask(hit, DECIMAL) : undefined
    const date = kind === 'generalize' ? this.mask(hit, DATE) : undefined
    const hide = (json: string): string => {
      if (text.kind === 'constant' && kind !== 'generalize') return jsonText(text.value)
      // NULL stays NULL, here too.
      if (json === 'null') return json
      if (json.startsWith('"')) return jsonText(applied(date ?? text, JSON.parse(json) as string))
      if (BARE.test(json)) return HIDDEN_JSON
      return number === undefined
        ? jsonText(applied(text, json))
        : (applied(number, json) ?? 'null')
    }
    return {
      path,
      hide,
      hidden: kind === 'null' ? 'null' : HIDDEN_JSON,
      elements: kind !== 'redact' && kind !== 'null',
    }
  }

  #apply({ rule, mask }: MaskHit, type: ValueType): ((value: string) => string | null) | undefined {
    switch (mask.kind) {
      case 'partial':
        return type.class === 'text' ? partialText(mask, type) : undefined
      case 'email':
        return mask.keepDomain
          ? formatted(type, emailDomainMask(this.#formats, type.lengthMax ?? Infinity))
          : type.class === 'text'
            ? orRedaction(value => emailText(value, type), type)
            : undefined
      case 'card':
        return formatted(type, cardMask(this.#formats, mask.last ?? 0))
      case 'phone':
        return formatted(type, phoneMask(this.#formats))
      case 'iban':
        return formatted(type, ibanMask(this.#formats))
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

const TEXT: ValueType = { class: 'text', name: 'text', lengthMax: undefined }
const DECIMAL: ValueType = { class: 'decimal', name: 'numeric', lengthMax: undefined }
const DATE: ValueType = { class: 'date', name: 'date', lengthMax: undefined, redaction: REDACTED }
const JSON_VALUE: ValueType = { class: 'json', name: 'json', lengthMax: undefined }

function applied(mask: CellMask, value: string): string | null {
  return mask.kind === 'constant' ? mask.value : mask.apply(value)
}

function jsonText(value: string | null): string {
  return value === null ? 'null' : JSON.stringify(value)
}

/** What stands for an object in a document, and for what has no mask of its own. */
const HIDDEN_JSON = redaction(JSON_VALUE) ?? 'null'

/** Words that a mask of texts makes nothing of. */
const BARE = /^(?:true|false|null)$/

/** Of text, and of numbers that are written in digits: a card may be kept as one. */
function formatted(
  type: ValueType,
  apply: (text: string) => string | undefined,
): ((value: string) => string | null) | undefined {
  if (type.class === 'text') {
    const blank = type.name === 'bpchar'
    const text = (value: string) => {
      const masked = apply(blank ? value.replace(/ +$/, '') : value)
      return masked === undefined || !blank ? masked : masked.padEnd(value.length)
    }
    return memoised(orRedaction(text, type))
  }
  const digits = type.name === 'numeric' || type.name === 'decimal'
  return digits || LONG.has(type.name)
    ? memoised(orRedaction(value => (value.length < LONG_DIGITS ? apply(value) : undefined), type))
    : undefined
}

const LONG: ReadonlySet<string> = new Set(['int8', 'bigint', 'bigint unsigned'])
/** A number of so many digits may be beyond 64 bits. */
const LONG_DIGITS = 19

/** char(n) is left out: the blanks that fill it up are not of the value. */
function asciiMask(mask: MaskSpec, type: ValueType): AsciiMask | undefined {
  if (type.class !== 'text' || type.name === 'bpchar') return undefined
  if (mask.kind === 'email')
    return mask.keepDomain ? undefined : emailAscii(type.lengthMax ?? Number.POSITIVE_INFINITY)
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
function memoised<Masked extends string | null>(
  apply: ((value: string) => Masked) | undefined,
): ((value: string) => Masked) | undefined {
  if (apply === undefined) return undefined
  const memo = new Map<string, Masked>()
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
