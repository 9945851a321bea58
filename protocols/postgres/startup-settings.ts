/**
 * The settings that a StartupMessage carries, `options` taken apart as the server does it, and
 * those refused that would change how a statement reads or whose rights it has.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html (StartupMessage)
 */
import { FatalError } from './fatal.ts'

/** Names that are no settings. The server tells them by their exact spelling. */
const notSettings: ReadonlySet<string> = new Set(['user', 'database', 'options', 'replication'])

/** What cannot be set before the first statement: as a statement, a policy sees it. */
const refusedSettings: ReadonlySet<string> = new Set([
  'role',
  'session_authorization',
  'session_replication_role',
  'allow_system_table_mods',
  'lo_compat_privileges',
  'local_preload_libraries',
  'session_preload_libraries',
])

const settingName = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*)*$/

/**
 * `user`, `database` and every setting by its name in lower case, in the order in which the server
 * would apply them. Settings from `options` come first there: the same name beside them wins.
 * Throws FatalError. Unknown `_pq_.` options are left out: they are negotiated.
 */
export function startupParameters(sent: ReadonlyMap<string, string>): Map<string, string> {
  refuseReplication(sent.get('replication'))
  const user = sent.get('user') ?? ''
  if (user === '') {
    throw new FatalError('28000', 'no PostgreSQL user name specified in startup packet')
  }
  const parameters = new Map([
    ['user', user],
    ['database', sent.get('database') || user],
  ])
  for (const [name, value] of optionSettings(sent.get('options') ?? '')) {
    addSetting(parameters, name, value)
  }
  for (const [name, value] of sent) {
    if (!notSettings.has(name) && !name.startsWith('_pq_.')) addSetting(parameters, name, value)
  }
  return parameters
}

function addSetting(parameters: Map<string, string>, sentName: string, value: string): void {
  const name = sentName.toLowerCase()
  // As sent: toLowerCase makes an ASCII letter of the Kelvin sign, and the server does not.
  if (!settingName.test(sentName) || notSettings.has(name) || name.startsWith('_pq_.')) {
    throw new FatalError('42704', `unrecognized configuration parameter "${sentName}"`)
  }
  if (refusedSettings.has(name)) {
    throw new FatalError('42501', `parameter "${name}" cannot be set when connecting`, {
      hint: `Connect without it and use SET ${name}, which is checked like any statement.`,
    })
  }
  if (name === 'client_encoding' && !isUtf8Name(value)) {
    throw new FatalError('0A000', `client_encoding "${value}" is not supported`, {
      detail: 'Statements are read before they run, as UTF-8.',
      hint: 'Connect with client_encoding UTF8, or leave it out.',
    })
  }
  if (name === 'standard_conforming_strings' && !isOn(value)) {
    throw new FatalError('0A000', 'standard_conforming_strings cannot be turned off', {
      detail: 'Statements are read before they run, with backslashes as ordinary characters.',
      hint: "Write E'...' where a backslash is to escape.",
    })
  }
  parameters.delete(name)
  parameters.set(name, value)
}

/** The server compares encoding names without case and without anything but letters and digits. */
function isUtf8Name(value: string): boolean {
  const name = value.toLowerCase().replace(/[^a-z0-9]/g, '')
  return name === 'utf8' || name === 'unicode'
}

/** parse_bool: any unambiguous beginning of `true`, `yes`, `on`, or 1. */
function isOn(value: string): boolean {
  return /^(?:t|tr|tru|true|y|ye|yes|on|1)$/i.test(value)
}

function refuseReplication(value: string | undefined): void {
  if (value === undefined || /^(?:f|fa|fal|fals|false|n|no|of|off|0)$/i.test(value)) return
  throw new FatalError('0A000', 'replication connections are not supported', {
    detail: 'A replication stream has no statements that could be read, masked or held.',
  })
}

// ── options ─────────────────────────────────────────────────────────────────────────────────────

/** The settings in `-c name=value` and `--name=value`; of the server's other switches, none. */
function optionSettings(options: string): readonly (readonly [string, string])[] {
  const settings: [string, string][] = []
  const words = splitOptions(options)
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? ''
    if (word === '-c') {
      i += 1
      settings.push(longOption('-c ', words[i]))
    } else if (word.startsWith('-c')) {
      settings.push(longOption('-c ', word.slice(2)))
    } else if (word.startsWith('--') && word !== '--') {
      settings.push(longOption('--', word.slice(2)))
    } else {
      throw new FatalError('42601', `invalid command-line argument for server process: ${word}`, {
        hint: 'Only -c name=value and --name=value can be used here.',
      })
    }
  }
  return settings
}

/** pg_split_opts: words end at white space; a backslash takes the next character as it is. */
export function splitOptions(options: string): readonly string[] {
  const words: string[] = []
  let word = ''
  let begun = false
  let escaped = false
  for (const character of options) {
    const space = !escaped && /[ \t\n\v\f\r]/.test(character)
    if (space && begun) words.push(word)
    if (space) {
      word = ''
      begun = false
    } else if (!escaped && character === '\\') {
      escaped = true
      begun = true
    } else {
      word += character
      begun = true
      escaped = false
    }
  }
  if (begun) words.push(word)
  return words
}

/** ParseLongOption: the name ends at the first `=`, and its hyphens are underscores. */
function longOption(prefix: string, text: string | undefined): [string, string] {
  const equals = text?.indexOf('=') ?? -1
  if (text === undefined || equals < 0) {
    throw new FatalError('42601', `${prefix}${text ?? ''} requires a value`)
  }
  return [text.slice(0, equals).replaceAll('-', '_'), text.slice(equals + 1)]
}
