/**
 * LOCAL INFILE Request: the server asks the client for a file. The client answers with its content
 * in packets, and an empty one.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_local_infile_request.html
 */
import { PayloadReader } from '../payload.ts'

export const localInfileHeader = 0xfb

export interface LocalInfileRequest {
  /** As the statement named it. A hostile server could name any other. */
  readonly filename: string
}

/** `payload` begins with the header. */
export function decodeLocalInfileRequest(payload: Buffer): LocalInfileRequest {
  return { filename: new PayloadReader(payload, 1).restString() } // string<EOF>
}
