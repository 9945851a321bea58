/**
 * A MySQL client of bytes: it logs in, sends whatever a test makes up, and keeps every byte that
 * comes. Written apart from the code under test, after dev.mysql.com/doc/dev/mysql-server.
 */
import { constants, createHash, publicEncrypt } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Place } from './mysql-proxy.ts'

export const flags = {
  longPassword: 1,
  foundRows: 2,
  connectWithDb: 8,
  localFiles: 128,
  ignoreSpace: 256,
  protocol41: 512,
  ssl: 2048,
  transactions: 8192,
  secureConnection: 1 << 15,
  multiStatements: 1 << 16,
  multiResults: 1 << 17,
  psMultiResults: 1 << 18,
  pluginAuth: 1 << 19,
  connectAttrs: 1 << 20,
  sessionTrack: 1 << 23,
  deprecateEof: 1 << 24,
} as const

const usual =
  flags.longPassword |
  flags.connectWithDb |
  flags.protocol41 |
  flags.transactions |
  flags.secureConnection |
  flags.multiStatements |
  flags.multiResults |
  flags.psMultiResults |
  flags.pluginAuth

export const statusFlag = { inTransaction: 1, autocommit: 2, moreResults: 8, cursor: 64 } as const
const segmentMax = 0xffffff

export interface Packet {
  /** Of its last segment. */
  readonly sequence: number
  readonly payload: Buffer
}

export type Result =
  | {
      readonly kind: 'ok'
      readonly affected: number
      readonly status: number
      readonly sequence: number
    }
  | {
      readonly kind: 'error'
      readonly errno: number
      readonly sqlState: string
      readonly message: string
      readonly sequence: number
    }
  | {
      readonly kind: 'rows'
      readonly names: readonly string[]
      readonly rows: readonly Buffer[]
      readonly status: number
      /** Where WireOptions want them. */
      readonly definitions?: readonly Buffer[]
    }
  | {
      readonly kind: 'prepared'
      readonly id: number
      readonly parameters: number
      readonly columns: number
    }
  | { readonly kind: 'infile'; readonly name: string; readonly sequence: number }
  /** COM_STATISTICS, and what is none of these. */
  | { readonly kind: 'other'; readonly payload: Buffer }
  | { readonly kind: 'closed' }

export interface WireOptions {
  readonly flags?: number
  readonly collation?: number
  /** Only counts what it receives, so that much can be received. */
  readonly forgetful?: boolean
  /** Results have their columns' definitions as they came. */
  readonly definitions?: boolean
}

export class MysqlWire {
  readonly socket: Socket
  readonly flags: number
  /** From the server's greeting. */
  greeting: { version: string; connectionId: number; flags: number } = {
    version: '',
    connectionId: 0,
    flags: 0,
  }
  receivedBytes = 0
  readonly #options: WireOptions
  readonly #received: Buffer[] = []
  #chunks: Buffer[] = []
  #size = 0
  #wake: () => void = () => undefined
  #closed = false

  private constructor(socket: Socket, options: WireOptions) {
    this.socket = socket
    this.#options = options
    this.flags = usual | (options.flags ?? 0)
    socket.on('data', chunk => {
      if (options.forgetful !== true) this.#received.push(chunk)
      this.receivedBytes += chunk.length
      this.#chunks.push(chunk)
      this.#size += chunk.length
      this.#wake()
    })
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
    // A connection that a test breaks has nobody else to tell.
    socket.on('error', () => undefined)
  }

  static async connect(place: Place, options: WireOptions = {}): Promise<MysqlWire> {
    const wire = await MysqlWire.dial(place, options)
    await wire.#login(place)
    return wire
  }

  /** Connected, and nothing said. */
  static async dial(place: Place, options: WireOptions = {}): Promise<MysqlWire> {
    const socket = connect(place.port, place.host)
    socket.setNoDelay(true)
    await once(socket, 'connect')
    return new MysqlWire(socket, options)
  }

  /** Everything since the login. */
  received(): Buffer {
    return Buffer.concat(this.#received)
  }

  /** What was received so far is not asked for again. */
  forget(): void {
    this.#received.length = 0
  }

  send(payload: Buffer, sequence = 0): void {
    this.socket.write(packets(payload, sequence))
  }

  /** A command and its whole answer. */
  async ask(payload: Buffer): Promise<readonly Result[]> {
    this.send(payload)
    return this.answer(payload[0] ?? -1)
  }

  query(text: string): Promise<readonly Result[]> {
    return this.ask(query(text))
  }

  /** The results of one command. */
  async answer(command: number): Promise<readonly Result[]> {
    const results: Result[] = []
    for (;;) {
      const result = await this.#result(command)
      results.push(result)
      const status = 'status' in result ? result.status : 0
      if ((status & statusFlag.moreResults) === 0) return results
    }
  }

  /** Undefined once the other side closed. */
  async packet(): Promise<Packet | undefined> {
    const segments: Buffer[] = []
    for (;;) {
      const header = await this.#take(4)
      if (header === undefined) return undefined
      const length = header.readUIntLE(0, 3)
      const payload = await this.#take(length)
      if (payload === undefined) return undefined
      segments.push(payload)
      if (length < segmentMax) {
        const whole = segments.length === 1 ? payload : Buffer.concat(segments)
        return { sequence: header.readUInt8(3), payload: whole }
      }
    }
  }

  close(): void {
    this.socket.destroy()
  }

  async #take(length: number): Promise<Buffer | undefined> {
    while (this.#size < length) {
      if (this.#closed) return undefined
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    // Only what is wanted is put together: what a pipeline is answered with may wait for long.
    let bytes = this.#chunks.shift() ?? Buffer.alloc(0)
    while (bytes.length < length)
      bytes = Buffer.concat([bytes, this.#chunks.shift() ?? Buffer.alloc(0)])
    if (bytes.length > length) this.#chunks.unshift(bytes.subarray(length))
    this.#size -= length
    return bytes.subarray(0, length)
  }

  async #result(command: number): Promise<Result> {
    if (command === 0x1c) return this.#rows([], true)
    const first = await this.packet()
    if (first === undefined) return { kind: 'closed' }
    const { payload, sequence } = first
    if (payload[0] === 0xff) return errorOf(first)
    if (command === 0x09) return { kind: 'other', payload }
    if (command === 0x16 && payload[0] === 0) return this.#prepared(payload)
    if (payload[0] === 0) return okOf(first)
    if (payload[0] === 0xfe && payload.length < 9) {
      return { kind: 'ok', affected: 0, status: payload.readUInt16LE(3), sequence }
    }
    if (payload[0] === 0xfb) {
      return { kind: 'infile', name: payload.subarray(1).toString(), sequence }
    }
    const names: string[] = []
    const definitions: Buffer[] = []
    for (let left = integer(payload, 0).value; left > 0; left--) {
      const definition = await this.packet()
      if (definition === undefined) return { kind: 'closed' }
      names.push(nameOf(definition.payload))
      definitions.push(definition.payload)
    }
    if ((this.flags & flags.deprecateEof) === 0) {
      const end = await this.packet()
      if (end === undefined) return { kind: 'closed' }
      // A cursor that fails while it opens has told of its columns before.
      if (end.payload[0] === 0xff) return errorOf(end)
      // MariaDB's ANALYZE with a cursor, for one, leaves this packet out.
      if (end.payload[0] !== 0xfe) return { kind: 'other', payload: end.payload }
      const status = end.payload.readUInt16LE(3)
      // In text it is one that a routine opened for itself.
      const waits = command === 0x17 && (status & statusFlag.cursor) !== 0
      if (waits) return { kind: 'rows', names, rows: [], status }
    }
    const result = await this.#rows(names, false)
    return this.#options.definitions === true && result.kind === 'rows'
      ? { ...result, definitions }
      : result
  }

  async #rows(names: readonly string[], fetched: boolean): Promise<Result> {
    const rows: Buffer[] = []
    for (;;) {
      const packet = await this.packet()
      if (packet === undefined) return { kind: 'closed' }
      const { payload } = packet
      if (payload[0] === 0xff) return errorOf(packet)
      if (payload[0] === 0xfe && payload.length < segmentMax) {
        const eof = (this.flags & flags.deprecateEof) === 0
        if (eof && payload.length < 9) {
          return { kind: 'rows', names, rows, status: payload.readUInt16LE(3) }
        }
        if (!eof) {
          const { status } = okOf(packet)
          return { kind: 'rows', names, rows, status }
        }
      }
      if (this.#options.forgetful === true && !fetched) rows.push(payload.subarray(0, 0))
      else rows.push(payload)
    }
  }

  async #prepared(payload: Buffer): Promise<Result> {
    const columns = payload.readUInt16LE(5)
    const parameters = payload.readUInt16LE(7)
    const eof = (this.flags & flags.deprecateEof) === 0 ? 1 : 0
    for (const count of [parameters, columns]) {
      for (let left = count === 0 ? 0 : count + eof; left > 0; left--) await this.packet()
    }
    return { kind: 'prepared', id: payload.readUInt32LE(1), parameters, columns }
  }

  async #login(place: Place): Promise<void> {
    const greeting = await this.packet()
    if (greeting === undefined) throw new Error('the server closed before its greeting')
    if (greeting.payload[0] === 0xff) throw new Error(errorOf(greeting).message)
    const { payload } = greeting
    const end = payload.indexOf(0, 1)
    const salt = Buffer.concat([
      payload.subarray(end + 5, end + 13),
      payload.subarray(end + 32, end + 44),
    ])
    this.greeting = {
      version: payload.toString('latin1', 1, end),
      connectionId: payload.readUInt32LE(end + 1),
      flags: payload.readUInt16LE(end + 14) + payload.readUInt16LE(end + 19) * 0x10000,
    }
    const plugin = payload.toString('latin1', end + 45, payload.indexOf(0, end + 45))
    this.send(this.#response(place, plugin, salt), 1)
    await this.#authenticate(place.password, plugin, salt)
    this.#received.length = 0
    this.receivedBytes = 0
  }

  #response(place: Place, plugin: string, salt: Buffer): Buffer {
    const head = Buffer.alloc(32)
    head.writeUInt32LE(this.flags >>> 0, 0)
    head.writeUInt32LE(1 << 30, 4)
    head.writeUInt8(this.#options.collation ?? 45, 8)
    const proof = proofOf(plugin, place.password, salt)
    const text = (value: string): Buffer => Buffer.from(`${value}\0`)
    return Buffer.concat([
      ...[head, text(place.user), Buffer.from([proof.length]), proof],
      ...[text(place.database), text(plugin)],
    ])
  }

  async #authenticate(password: string, plugin: string, salt: Buffer): Promise<void> {
    let nonce = salt
    for (;;) {
      const packet = await this.packet()
      if (packet === undefined) throw new Error('the server closed during the login')
      const { payload, sequence } = packet
      if (payload[0] === 0) return
      if (payload[0] === 0xff) {
        const { errno, message } = errorOf(packet)
        throw Object.assign(new Error(message), { errno })
      }
      if (payload[0] === 0xfe) {
        const end = payload.indexOf(0)
        nonce = payload.subarray(end + 1, end + 21)
        const asked = payload.toString('latin1', 1, end)
        this.send(proofOf(asked, password, nonce), sequence + 1)
      } else if (payload[0] === 1 && payload[1] === 4) {
        this.send(Buffer.from([2]), sequence + 1)
      } else if (payload[0] === 1 && payload.length > 2) {
        this.send(encrypted(password, nonce, payload.subarray(1)), sequence + 1)
      } else if (payload[0] !== 1) {
        throw new Error(`expected a step of ${plugin}, got ${payload.toString('hex')}`)
      }
    }
  }
}

/** Cut into segments as the protocol wants it: a multiple of 16 MiB − 1 ends with an empty one. */
export function packets(payload: Buffer, sequence = 0): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0, next = sequence; ; next++) {
    const piece = payload.subarray(at, at + segmentMax)
    const header = Buffer.alloc(4)
    header.writeUIntLE(piece.length, 0, 3)
    header.writeUInt8(next & 0xff, 3)
    pieces.push(header, piece)
    at += piece.length
    if (piece.length < segmentMax) return Buffer.concat(pieces)
  }
}

export const query = (text: string): Buffer => Buffer.concat([Buffer.from([3]), Buffer.from(text)])
export const prepare = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x16]), Buffer.from(text)])

/** COM_STMT_EXECUTE without parameters; `cursor` 1 is a read-only one. */
export function execute(id: number, cursor = 0): Buffer {
  const bytes = Buffer.alloc(10)
  bytes[0] = 0x17
  bytes.writeUInt32LE(id, 1)
  bytes[5] = cursor
  bytes.writeUInt32LE(1, 6)
  return bytes
}

export function fetch(id: number, rows: number): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = 0x1c
  bytes.writeUInt32LE(id, 1)
  bytes.writeUInt32LE(rows, 5)
  return bytes
}

/** The values of a text row. */
export function textsOf(row: Buffer): (string | null)[] {
  const values: (string | null)[] = []
  for (let at = 0; at < row.length; ) {
    if (row[at] === 0xfb) {
      values.push(null)
      at += 1
      continue
    }
    const { value, end } = integer(row, at)
    values.push(row.toString('utf8', end, end + value))
    at = end + value
  }
  return values
}

function integer(bytes: Buffer, at: number): { value: number; end: number } {
  const first = bytes.readUInt8(at)
  if (first < 0xfb) return { value: first, end: at + 1 }
  if (first === 0xfc) return { value: bytes.readUInt16LE(at + 1), end: at + 3 }
  if (first === 0xfd) return { value: bytes.readUIntLE(at + 1, 3), end: at + 4 }
  return { value: Number(bytes.readBigUInt64LE(at + 1)), end: at + 9 }
}

/** catalog, schema, table, org_table, name, … */
function nameOf(definition: Buffer): string {
  let at = 0
  for (let skip = 0; skip < 4; skip++) {
    const { value, end } = integer(definition, at)
    at = end + value
  }
  const { value, end } = integer(definition, at)
  return definition.toString('utf8', end, end + value)
}

function okOf({ payload, sequence }: Packet): Result & { kind: 'ok' } {
  const affected = integer(payload, 1)
  const insertId = integer(payload, affected.end)
  const status = payload.readUInt16LE(insertId.end)
  return { kind: 'ok', affected: affected.value, status, sequence }
}

function errorOf({ payload, sequence }: Packet): Result & { kind: 'error' } {
  const stated = payload[3] === 0x23
  return {
    kind: 'error',
    errno: payload.readUInt16LE(1),
    sqlState: stated ? payload.toString('latin1', 4, 9) : '',
    message: payload.toString('utf8', stated ? 9 : 3),
    sequence,
  }
}

function proofOf(plugin: string, password: string, salt: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0)
  const hash = (algorithm: string, ...parts: readonly (string | Buffer)[]): Buffer => {
    const made = createHash(algorithm)
    for (const part of parts) made.update(part)
    return made.digest()
  }
  const xor = (a: Buffer, b: Buffer): Buffer =>
    Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)))
  if (plugin === 'mysql_native_password') {
    const one = hash('sha1', password)
    return xor(one, hash('sha1', salt, hash('sha1', one)))
  }
  if (plugin === 'caching_sha2_password') {
    const one = hash('sha256', password)
    return xor(one, hash('sha256', hash('sha256', one), salt))
  }
  throw new Error(`the server asked for ${plugin}`)
}

function encrypted(password: string, nonce: Buffer, key: Buffer): Buffer {
  const plain = Buffer.from(`${password}\0`)
  const mixed = Buffer.from(plain.map((byte, at) => byte ^ (nonce[at % nonce.length] ?? 0)))
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, mixed)
}
