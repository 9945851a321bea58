/**
 * COM_STMT_PREPARE_OK, which begins the answer to COM_STMT_PREPARE; the definitions that it counts
 * follow. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_prepare.html
 */
import { ProtocolError } from '../../errors.ts'
import { PayloadReader } from '../payload.ts'
import { okHeader } from './ok.ts'

export interface PrepareOk {
  readonly statementId: number
  readonly columns: number
  readonly parameters: number
}

export function decodePrepareOk(payload: Buffer): PrepareOk {
  const body = new PayloadReader(payload)
  const status = body.uint8() // int<1> status
  if (status !== okHeader) throw new ProtocolError('COM_STMT_PREPARE_OK', `status ${status}`)
  const statementId = body.uint32() // int<4> statement_id
  const columns = body.uint16() // int<2> num_columns
  const parameters = body.uint16() // int<2> num_params
  body.skip(3) // int<1> filler, int<2> warning_count
  return { statementId, columns, parameters }
}
