/**
 * Looks at the configuration again when its file changes, or at SIGHUP: what the file refers to,
 * such as passwords, is only read again with it. The directory is watched, not the file, because
 * editors and Kubernetes put another file in its place.
 */
import { type FSWatcher, watch } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from './config.ts'
import { loadConfig } from './load.ts'

/** Several events come for one change, and the first ones while the file is still written. */
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
  readonly #watcher: FSWatcher
  readonly #onHangUp: () => void
  #timer: NodeJS.Timeout | undefined
  #text: string | undefined
  #looking: Promise<void> = Promise.resolve()
  #closed = false

  /** `path` is absolute, and its file was loaded just now. */
  constructor(path: string, listener: ConfigListener) {
    this.#path = path
    this.#listener = listener
    this.#watcher = watch(dirname(path), { persistent: false }, () => this.#soon())
    this.#watcher.on('error', error => listener.refused(error))
    this.#onHangUp = () => this.#look(true)
    process.on('SIGHUP', this.#onHangUp)
    // It may have changed since it was loaded, before anybody watched.
    this.#look(false)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    process.off('SIGHUP', this.#onHangUp)
    this.#watcher.close()
    await this.#looking
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
      const text = await readFile(this.#path, 'utf8').catch(() => undefined)
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
