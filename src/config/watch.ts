/**
 * Looks at the configuration again when its file changes, or at SIGHUP: what the file refers to,
 * such as passwords, is only read again with it. Directories are watched, not the file, because
 * editors and Kubernetes put another file in its place: its own, and those that its links lead to.
 */
import { type FSWatcher, readlinkSync, realpathSync, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Config } from './config.ts'
import { loadConfig, readText } from './load.ts'

/**
 * Several events come for one change, and the first ones while the file is still written. One that
 * was cut off where it is valid all the same cannot be told from one that was made shorter.
 */
const quietMs = 500

/** Who wrote it last and when, as far as the file system tells. */
export interface ConfigOrigin {
  readonly modifiedAt: Date
  /** The numeric id of the file's owner. */
  readonly owner: number
}

export interface ConfigListener {
  /** A file without a mistake: the first time, and whenever it has another text. */
  changed(config: Config, origin: ConfigOrigin): void
  /** A file that cannot be used; what it says is not in force. ConfigError, mostly. */
  refused(error: unknown): void
}

export class ConfigWatcher {
  readonly #path: string
  readonly #listener: ConfigListener
  /** By directory. */
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #onHangUp: () => void
  #timer: NodeJS.Timeout | undefined
  #text: string | undefined
  #looking: Promise<void> = Promise.resolve()
  #closed = false

  /** `path` is absolute, and its file was loaded just now. */
  constructor(path: string, listener: ConfigListener) {
    this.#path = path
    this.#listener = listener
    this.#follow()
    this.#onHangUp = () => this.#look(true)
    process.on('SIGHUP', this.#onHangUp)
    // It may have changed since it was loaded, before anybody watched.
    this.#look(false)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    process.off('SIGHUP', this.#onHangUp)
    for (const watcher of this.#watchers.values()) watcher.close()
    await this.#looking
  }

  /** Watches where the file is now, and no longer where it was. */
  #follow(): void {
    const wanted = directoriesOf(this.#path)
    for (const [directory, watcher] of this.#watchers) {
      if (wanted.has(directory)) continue
      watcher.close()
      this.#watchers.delete(directory)
    }
    for (const directory of wanted) {
      if (this.#watchers.has(directory)) continue
      const watcher = watch(directory, { persistent: false }, () => this.#soon())
      watcher.on('error', error => this.#listener.refused(error))
      this.#watchers.set(directory, watcher)
    }
  }

  #soon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#look(false), quietMs)
  }

  /** One look after the other, so that the last one to speak has read last. */
  #look(whatever: boolean): void {
    this.#looking = this.#looking.then(() => this.#read(whatever))
  }

  async #read(whatever: boolean): Promise<void> {
    if (this.#closed) return
    try {
      this.#follow()
      const text = await readText(this.#path).catch(() => undefined)
      if (!whatever && text === this.#text) return
      this.#text = text
      const config = await loadConfig(this.#path)
      const { mtime, uid } = await stat(this.#path)
      if (!this.#closed) this.#listener.changed(config, { modifiedAt: mtime, owner: uid })
    } catch (error) {
      if (!this.#closed) this.#listener.refused(error)
    }
  }
}

/** Links of links are followed this far. */
const linksMax = 16

/** The folder of the file, of each link that leads to it, and where it really is. */
function directoriesOf(path: string): ReadonlySet<string> {
  const found = new Set([dirname(path)])
  let at = path
  for (let links = 0; links < linksMax; links++) {
    const next = linkAt(at)
    if (next === undefined) break
    at = next
    found.add(dirname(at))
  }
  try {
    found.add(dirname(realpathSync(path)))
  } catch (error) {
    // It is not there now: what puts it there again is an event of a folder above.
    if (!(error instanceof Error)) throw error
  }
  return new Set([...found].filter(isThere))
}

function isThere(directory: string): boolean {
  try {
    return realpathSync(directory) !== ''
  } catch {
    return false
  }
}

/** undefined: it is no link. */
function linkAt(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path))
  } catch {
    return undefined
  }
}
