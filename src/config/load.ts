/**
 * Reads a configuration. Every mistake is found before any of them is reported.
 * https://yaml.org/spec/1.2.2/
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { Config } from './config.ts'
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
  const parsed = configSchema.safeParse(toValue(document))
  if (!parsed.success) {
    mistakes.addIssues(parsed.error.issues)
    throw new ConfigError(mistakes.found)
  }
  const sources = new Sources(path, env, mistakes)
  const config = await resolveConfig(resolve(path), parsed.data, sources, mistakes)
  if (mistakes.found.length > 0) throw new ConfigError(mistakes.found)
  return config
}

/** An empty file is an empty mapping, so that it is told what it lacks. */
function toValue(document: ReturnType<typeof parseDocument>): unknown {
  return document.toJS({ maxAliasCount: 100 }) ?? {}
}

function syntaxMessage(message: string): string {
  if (message === 'Map keys must be unique') return 'this key is there twice'
  return `no valid YAML: ${message}`
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    const why = code === 'ENOENT' ? 'there is no such file' : code
    const mistake = { file: path, line: 1, column: 1, message: `cannot read it: ${why}` }
    throw new ConfigError([mistake], { cause: error })
  }
}
