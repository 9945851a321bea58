/**
 * Carries the journal to somewhere: reads the segment files from where it left off, delivers, and
 * only then remembers how far it came. What was delivered before a crash is delivered again, the
 * same. Nothing is removed from the journal.
 */
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Carry, JournalRows, noSink, type RowSink } from '../archive/rows.ts'
import { parseRecord } from '../journal/record.ts'
import { listSegments, readSegment, segmentPath, segmentState } from '../journal/segment.ts'

/** Where the journal is shipped to. */
export interface Destination {
  /** The cursor is kept under it, in the journal's folder. */
  readonly name: string
  /** What is delivered has this form. When it has another than before, everything goes again. */
  readonly form: number
  /** Whether the journal's records are wanted as they are, too. */
  readonly sealed: boolean
  /** What one batch is made of, of the journal; what fails is delivered again from its beginning. */
  readonly batchBytes: number
  /** Of one batch: takes its rows, then resolves once all of them have arrived. */
  batch(): { readonly row: RowSink; delivered(): Promise<void> }
}

interface Cursor {
  readonly form: number
  readonly segment: number
  readonly offset: number
  /** As of the segment's beginning. */
  readonly carry: Carry | undefined
}

export class Shipper {
  readonly #dir: string
  readonly #destination: Destination
  readonly #cursorPath: string
  #cursor: Cursor | undefined
  #rows = new JournalRows()
  #size: number
  #last: Promise<unknown> = Promise.resolve()

  /** `dir` is the journal's folder. */
  constructor(dir: string, destination: Destination) {
    this.#dir = dir
    this.#destination = destination
    this.#size = destination.batchBytes
    this.#cursorPath = join(dir, `${destination.name}.cursor`)
  }

  /**
   * Ships one batch, after those that were asked for before. Resolves with its records; 0 when all
   * that is committed has arrived.
   */
  step(): Promise<number> {
    const step = this.#last.then(
      () => this.#step(),
      () => this.#step(),
    )
    this.#last = step
    return step
  }

  async #step(): Promise<number> {
    this.#cursor ??= await this.#resume()
    const cursor = this.#cursor
    const bytes = await readFrom(segmentPath(this.#dir, cursor.segment), cursor.offset, this.#size)
    const batch = this.#destination.batch()
    let offset = 0
    let records = 0
    while (offset < bytes.length) {
      const record = parseRecord(bytes, offset)
      // Not whole yet, or never will be: the segment's next writer decides, and we look again.
      if (!('hash' in record)) break
      this.#rows.add(record, batch.row)
      if (this.#destination.sealed) batch.row('record_log', this.#rows.sealed(record))
      offset += record.bytes.length
      records += 1
    }
    if (records === 0) return this.#next(cursor, bytes.length)
    this.#rows.flush(batch.row)
    this.#size = this.#destination.batchBytes
    try {
      await batch.delivered()
      await this.#save({ ...cursor, offset: cursor.offset + offset })
    } catch (error) {
      // What was read has not arrived: it is read anew.
      this.#cursor = undefined
      throw error
    }
    return records
  }

  /** Bytes of the journal that have not arrived. */
  async behindBytes(): Promise<number> {
    const cursor = this.#cursor
    let bytes = 0
    for (const segment of await listSegments(this.#dir)) {
      if (cursor !== undefined && segment < cursor.segment) continue
      const { size } = await stat(segmentPath(this.#dir, segment))
      bytes += size - (segment === cursor?.segment ? cursor.offset : 0)
    }
    return bytes
  }

  /** Nothing whole lies behind the cursor: the batch is too small, or the segment is finished. */
  async #next(cursor: Cursor, bytes: number): Promise<number> {
    if (bytes === this.#size) {
      this.#size *= 2
      return this.#step()
    }
    const following = (await listSegments(this.#dir)).find(segment => segment > cursor.segment)
    if (following === undefined || bytes > 0) return 0
    // A finished segment still waits for the signature behind its end.
    const state = segmentState(await readSegment(this.#dir, cursor.segment))
    if (state !== 'signed') return 0
    const { carry } = this.#rows
    await this.#save({ form: cursor.form, segment: following, offset: 0, carry })
    return this.#step()
  }

  /** Reads what the segment said before the cursor, without shipping it again. */
  async #resume(): Promise<Cursor> {
    const cursor = await this.#load()
    this.#rows = new JournalRows(cursor.carry)
    const before = await readFrom(segmentPath(this.#dir, cursor.segment), 0, cursor.offset)
    for (let offset = 0; offset < before.length; ) {
      const record = parseRecord(before, offset)
      if (!('hash' in record)) break
      this.#rows.add(record, noSink)
      offset += record.bytes.length
    }
    this.#rows.flush(noSink)
    return cursor
  }

  async #load(): Promise<Cursor> {
    const { form } = this.#destination
    try {
      const kept = JSON.parse(await readFile(this.#cursorPath, 'utf8')) as Cursor
      const { segment, offset, carry } = kept
      if (kept.form === form)
        return { form, segment: Number(segment), offset: Number(offset), carry }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && !(error instanceof SyntaxError)) {
        throw error
      }
    }
    // Never shipped, or not in this form, or the cursor was damaged: all of it goes again.
    const segment = (await listSegments(this.#dir))[0] ?? 1
    return { form, segment, offset: 0, carry: undefined }
  }

  async #save(cursor: Cursor): Promise<void> {
    const draft = `${this.#cursorPath}.new`
    await writeFile(draft, JSON.stringify(cursor), { mode: 0o600 })
    await rename(draft, this.#cursorPath)
    this.#cursor = cursor
  }
}

/** Up to `length` bytes from `offset`; fewer at the end, none when there is no such file. */
async function readFrom(path: string, offset: number, length: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
