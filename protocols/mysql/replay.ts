/** Recorded frames back into results. */
import type { RecordedFrames, ResultEvent } from '../protocol.ts'

/**
 * What is to be recorded as frames of the client before each response that is recorded (sequence
 * number 0, the command byte, and for execute and fetch the statement's id): without it nobody
 * could tell a text row from a binary one, or know whose rows a fetch brings. `payload` starts
 * with the command byte. `statementId` where the client said -1 (MariaDB: the last prepared).
 */
export declare function commandFrame(payload: Buffer, statementId?: number): Buffer

/** Lazily, in the order recorded. What the decoder does not know it leaves out. */
export declare function decodeFrames(recorded: Iterable<RecordedFrames>): Iterable<ResultEvent>
