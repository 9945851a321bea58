/**
 * Carries the journal to the archive: reads the segment files from where it left off, inserts, and
 * only then remembers how far it came. What was inserted before a crash is inserted again, and the
 * archive keeps one of each. Nothing is removed from the journal.
 */
import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Archive } from './archive.ts'
import { type Rows, SegmentRows } from './archive-rows.ts'
import { parseRecord } from './record.ts'
import { listSegments, readSegment, segmentPath, segmentState } from './segment.ts'

export interface Cursor {
  readonly segment: number
  readonly offset: number
}

/** What one step reads at most, but for a record that is larger. */
const batchBytesMax = 4 * 1024 * 1024

export class Shipper {
  readonly #dir: string
  readonly #archive: Pick<Archive, 'insert'>
  readonly #cursorPath: string
  #cursor: Cursor | undefined
  #context = new SegmentRows()
  #size = batchBytesMax

  /** `dir` is the journal's folder; the cursor is a file in it. */
  constructor(dir: string, archive: Pick<Archive, 'insert'>) {
    this.#dir = dir
    this.#archive = archive
    this.#cursorPath = join(dir, 'archive.cursor')
  }

  /** Ships one batch. Resolves with its records; 0 when the archive has all that is committed. */
  async step(): Promise<number> {
    this.#cursor ??= await this.#resume()
    const cursor = this.#cursor
    const bytes = await readFrom(segmentPath(this.#dir, cursor.segment), cursor.offset, this.#size)
    const rows: Rows = new Map()
    let offset = 0
    let records = 0
    while (offset < bytes.length) {
      const record = parseRecord(bytes, offset)
      // Not whole yet, or never will be: the segment's next writer decides, and we look again.
      if (!('hash' in record)) break
      this.#context.add(record, rows)
      offset += record.bytes.length
      records += 1
    }
    if (records === 0) return this.#next(cursor, bytes.length)
    this.#size = batchBytesMax
    try {
      for (const [table, values] of rows) await this.#archive.insert(table, values)
      await this.#save({ segment: cursor.segment, offset: cursor.offset + offset })
    } catch (error) {
      // The context has seen records that were not shipped: it is read anew.
      this.#cursor = undefined
      throw error
    }
    return records
  }

  /** Nothing whole lies behind the cursor: the batch is too small, or the segment is finished. */
  async #next(cursor: Cursor, bytes: number): Promise<number> {
    if (bytes === this.#size) {
      this.#size *= 2
      return this.step()
    }
    const following = (await listSegments(this.#dir)).find(segment => segment > cursor.segment)
    if (following === undefined || bytes > 0) return 0
    // A finished segment still waits for the signature behind its end.
    const state = segmentState(await readSegment(this.#dir, cursor.segment))
    if (state !== 'signed') return 0
    this.#context = new SegmentRows()
    await this.#save({ segment: following, offset: 0 })
    return this.step()
  }

  /** Reads what the segment said before the cursor, without shipping it again. */
  async #resume(): Promise<Cursor> {
    const cursor = await this.#load()
    this.#context = new SegmentRows()
    const before = await readFrom(segmentPath(this.#dir, cursor.segment), 0, cursor.offset)
    for (let offset = 0; offset < before.length; ) {
      const record = parseRecord(before, offset)
      if (!('hash' in record)) break
      this.#context.add(record, new Map())
      offset += record.bytes.length
    }
    return cursor
  }

  async #load(): Promise<Cursor> {
    try {
      const { segment, offset } = JSON.parse(await readFile(this.#cursorPath, 'utf8')) as Cursor
      return { segment: Number(segment), offset: Number(offset) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && !(error instanceof SyntaxError)) {
        throw error
      }
      // Never shipped, or the cursor was damaged: all of it goes again, and nothing twice.
      return { segment: (await listSegments(this.#dir))[0] ?? 1, offset: 0 }
    }
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
