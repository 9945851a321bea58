/**
 * The rows of one result in pages of JSON, made once and sent as they are. A page ends after so many
 * rows or bytes; it is asked for by any row of it.
 */

/** A value as a page holds it: long ones are cut. */
export type ShownValue = string | null | { readonly cut: string; readonly length: number }

const pageRowsMax = 500
const pageBytesMax = 256 * 1024
const valueLengthMax = 4096
/** Moments at which rows came: enough for a bar on a screen. */
const marksMax = 512

/** What all results of a session may keep. */
export interface PageBudget {
  left: number
}

export class RowPages {
  readonly #budget: PageBudget
  readonly #pages: { readonly from: number; readonly json: Buffer }[] = []
  #open: string[] = []
  #openBytes = 0
  #openFrom = 0
  #marks: (readonly [atUs: number, rows: number])[] = []
  count = 0

  constructor(budget: PageBudget) {
    this.#budget = budget
  }

  /** How many rows can be asked for: fewer than there were when the budget was used up. */
  get kept(): number {
    return this.#openFrom + this.#open.length
  }

  /** `[atUs, rows]`: how many there were by then. */
  get marks(): readonly (readonly [number, number])[] {
    return this.#marks
  }

  push(values: readonly (string | null)[], atUs: number): void {
    this.count += 1
    this.#mark(atUs)
    if (this.#budget.left <= 0) return
    const json = JSON.stringify(values.map(shown))
    this.#open.push(json)
    this.#openBytes += json.length
    this.#budget.left -= json.length
    if (this.#open.length >= pageRowsMax || this.#openBytes >= pageBytesMax) this.#close()
  }

  /** The page with that row; undefined when there is none. */
  page(row: number): Buffer | undefined {
    if (row < 0 || row >= this.kept) return undefined
    if (row >= this.#openFrom) return pageJson(this.#openFrom, this.#open)
    let low = 0
    let high = this.#pages.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#pages[middle]?.from ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return this.#pages[low]?.json
  }

  *rows(): Generator<readonly ShownValue[]> {
    for (const { json } of this.#pages) yield* rowsOf(json)
    for (const row of this.#open) yield JSON.parse(row) as readonly ShownValue[]
  }

  /** Whole pages, and what there is of the last one. */
  *pages(): Generator<{ readonly from: number; readonly json: Buffer }> {
    yield* this.#pages
    if (this.#open.length === 0) return
    yield { from: this.#openFrom, json: pageJson(this.#openFrom, this.#open) }
  }

  #close(): void {
    this.#pages.push({ from: this.#openFrom, json: pageJson(this.#openFrom, this.#open) })
    this.#openFrom += this.#open.length
    this.#open = []
    this.#openBytes = 0
  }

  #mark(atUs: number): void {
    const last = this.#marks.at(-1)
    if (last?.[0] === atUs) this.#marks[this.#marks.length - 1] = [atUs, this.count]
    else this.#marks.push([atUs, this.count])
    if (this.#marks.length > marksMax)
      this.#marks = this.#marks.filter((_, index) => index % 2 === 0)
  }
}

function shown(value: string | null): ShownValue {
  if (value === null || value.length <= valueLengthMax) return value
  return { cut: value.slice(0, valueLengthMax), length: value.length }
}

function pageJson(from: number, rows: readonly string[]): Buffer {
  return Buffer.from(`{"from":${from},"rows":[${rows.join(',\n')}]}`)
}

function rowsOf(page: Buffer): readonly (readonly ShownValue[])[] {
  return (JSON.parse(page.toString('utf8')) as { rows: readonly (readonly ShownValue[])[] }).rows
}
