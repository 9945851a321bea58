/** Files and variables that the configuration points to. The only reader of both. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Mistakes, Path } from './mistakes.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** PEM files are a few KiB, secrets a line. Anything larger is not what was meant. */
const fileBytesMax = 1024 * 1024

export class Sources {
  readonly #directory: string
  readonly #environment: Environment
  readonly #mistakes: Mistakes

  /** Relative paths are relative to the directory of `file`. */
  constructor(file: string, environment: Environment, mistakes: Mistakes) {
    this.#directory = dirname(resolve(file))
    this.#environment = environment
    this.#mistakes = mistakes
  }

  path(relative: string): string {
    return resolve(this.#directory, relative)
  }

  file(relative: string, at: Path): string | undefined {
    const path = this.path(relative)
    try {
      // A pipe would be waited for, and all sessions with it.
      if (statSync(path).isFile()) {
        const bytes = readFileSync(path)
        if (bytes.length <= fileBytesMax) return bytes.toString('utf8')
        this.#mistakes.add(at, `expected a file of at most 1 MiB, got ${path}`)
      } else this.#mistakes.add(at, `cannot read ${path}: it is no regular file`)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
      this.#mistakes.add(at, `cannot read ${path}: ${reasons[code] ?? code}`)
    }
    return undefined
  }

  pem(relative: string, what: 'CERTIFICATE' | 'PRIVATE KEY', at: Path): string | undefined {
    const text = this.file(relative, at)
    if (text === undefined) return undefined
    if (/^-----BEGIN [A-Z ]+-----/m.test(text) && text.includes(`${what}-----`)) return text
    const path = this.path(relative)
    this.#mistakes.add(at, `expected a PEM file with a ${what.toLowerCase()}, got ${path}`)
    return undefined
  }

  variable(name: string, at: Path): string | undefined {
    const value = this.#environment[name]
    if (value !== undefined && value !== '') return value
    const state = value === '' ? 'is empty' : 'is not set'
    this.#mistakes.add(at, `the environment variable ${name} ${state}`)
    return undefined
  }

  /** What `<name>_env` or `<name>_file` of a section gives; undefined when neither is there. */
  secret(section: Readonly<Record<string, unknown>>, name: string, at: Path): string | undefined {
    const variable = section[`${name}_env`]
    const file = section[`${name}_file`]
    if (typeof variable === 'string' && typeof file === 'string') {
      this.#mistakes.add([...at, `${name}_file`], `expected ${name}_env or ${name}_file, got both`)
      return undefined
    }
    if (typeof variable === 'string') return this.variable(variable, [...at, `${name}_env`])
    if (typeof file !== 'string') return undefined
    // Editors end a file with a line break, which is no part of the secret.
    const secret = this.file(file, [...at, `${name}_file`])?.replace(/\r?\n$/, '')
    if (secret !== '') return secret
    this.#mistakes.add([...at, `${name}_file`], `the file ${this.path(file)} is empty`)
    return undefined
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
}
