/** Anchors in a file: on another machine's disk, or one that can only be appended to. */
import { appendFile, readFile } from 'node:fs/promises'
import { type Anchor, type AnchorPlace, anchorsIn } from './anchor.ts'

export class FileAnchors implements AnchorPlace {
  readonly name: string
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    this.name = `file ${path}`
  }

  async put(anchor: Anchor): Promise<void> {
    await appendFile(this.#path, `${JSON.stringify(anchor)}\n`, { mode: 0o640, flush: true })
  }

  async list(): Promise<readonly Anchor[]> {
    return anchorsIn(await readFile(this.#path, 'utf8'))
  }

  async close(): Promise<void> {
    // Nothing is open between two anchors.
  }
}
