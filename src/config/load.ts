/**
 * Reads a configuration. Every mistake is found before any of them is reported.
 * https://yaml.org/spec/1.2.2/
 */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { Config } from './config.ts'
import type { ConfigFile } from './file.ts'
import { ConfigError, Mistakes } from './mistakes.ts'
import { resolveConfig } from './resolve.ts'
import { configSchema } from './schema.ts'
import { type Environment, Sources } from './sources.ts'

export interface ParseOptions {
  /** For messages, and what relative paths are relative to. */
  readonly path: string
  readonly env: Environment
}

/** Rejects with ConfigError. */
export async function loadConfig(path: string, env: Environment = process.env): Promise<Config> {
  const text = await readText(path)
  return parseConfig(text, { path, env })
}

/** Rejects with ConfigError. */
export async function parseConfig(text: string, { path, env }: ParseOptions): Promise<Config> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const mistakes = new Mistakes(path, document, lines)
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    mistakes.addSyntax(pos[0], syntaxMessage(message))
  }
  // What follows a syntax error is guesswork of the parser.
  if (mistakes.found.length > 0) throw new ConfigError(mistakes.found)
  const file = shapely(toValue(document, mistakes), mistakes)
  if (file) {
    const sources = new Sources(path, env, mistakes)
    const config = await resolveConfig(resolve(path), file, sources, mistakes)
    if (mistakes.found.length === 0) return config
  }
  throw new ConfigError(mistakes.found)
}

/** How often parts are left out before we give up: a file of nothing but mistakes. */
const roundsMax = 10

/**
 * The file without the parts whose shape is wrong, which are told, so that mistakes in the rest
 * can be told too. Undefined when nothing sound remains.
 */
function shapely(value: unknown, mistakes: Mistakes): ConfigFile | undefined {
  for (let round = 0; round < roundsMax; round++) {
    const parsed = configSchema.safeParse(value)
    if (parsed.success) return parsed.data
    // Later rounds find only what the leaving out has caused.
    if (round === 0) mistakes.addIssues(parsed.error.issues)
    // From the last: what is left out of a list moves what follows.
    for (const issue of parsed.error.issues.toReversed()) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined]
      for (const key of keys) {
        if (!leaveOut(value, key === undefined ? issue.path : [...issue.path, key]))
          return undefined
      }
    }
  }
  return undefined
}

/** Deletes what is at the path; what is missing takes with it the thing that lacks it. */
function leaveOut(value: unknown, path: readonly PropertyKey[]): boolean {
  const key = path.at(-1)
  if (key === undefined) return false
  const parent = path.slice(0, -1).reduce<unknown>(child, value)
  if (Array.isArray(parent)) {
    parent.splice(Number(key), 1)
    return true
  }
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) {
    return leaveOut(value, path.slice(0, -1))
  }
  return Reflect.deleteProperty(parent, key)
}

function child(parent: unknown, key: PropertyKey): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return undefined
  return Reflect.get(parent, key)
}

/** An empty file is an empty mapping, so that it is told what it lacks. */
function toValue(document: ReturnType<typeof parseDocument>, mistakes: Mistakes): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {}
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    mistakes.addSyntax(0, `no valid YAML: ${error.message}`)
    throw new ConfigError(mistakes.found, { cause: error })
  }
}

function syntaxMessage(message: string): string {
  if (message === 'Map keys must be unique') return 'this key is there twice'
  return `no valid YAML: ${message}`
}

/** Rejects with ConfigError. What is no regular file, a pipe, might never end. */
export async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).isFile()) return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    const why = code === 'ENOENT' ? 'there is no such file' : code
    const mistake = { file: path, line: 1, column: 1, message: `cannot read it: ${why}` }
    throw new ConfigError([mistake], { cause: error })
  }
  const message = 'cannot read it: it is no regular file'
  throw new ConfigError([{ file: path, line: 1, column: 1, message }])
}
