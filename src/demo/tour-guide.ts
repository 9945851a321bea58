import { indented } from './tour-show.ts'

/** Says what happens, and keeps count of what did not. */
export class Guide {
  readonly #write: (text: string) => void
  #checks = 0
  #failed = 0
  #scenes = 0

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  get passed(): boolean {
    return this.#failed === 0
  }

  scene(title: string): void {
    this.#scenes += 1
    this.#write(`\n${this.#scenes}. ${title}\n`)
  }

  show(who: string, text: string): void {
    this.#write(`\n   ${who}\n${indented(text)}\n`)
  }

  check(what: string, passed: boolean): void {
    this.#checks += 1
    if (!passed) this.#failed += 1
    this.#write(`   ${passed ? '✓' : '✗ NOT:'} ${what}\n`)
  }

  conclude(): void {
    const outcome = this.passed ? 'all as it should be' : `${this.#failed} not as they should be`
    this.#write(`\n${this.#checks} checks, ${outcome}\n`)
  }
}
