/** An error that ends a connection during its start, told to the client with its SQLSTATE. */
import { errorFields } from './messages/error-response.ts'

export class FatalError extends Error {
  readonly code = 'COUNTERSIGN_POSTGRES_FATAL'
  readonly sqlState: string
  readonly detail: string | undefined
  readonly hint: string | undefined

  constructor(
    sqlState: string,
    message: string,
    more: { readonly detail?: string; readonly hint?: string } = {},
  ) {
    super(message)
    this.name = 'FatalError'
    this.sqlState = sqlState
    this.detail = more.detail
    this.hint = more.hint
  }

  get fields(): Map<string, string> {
    return errorFields('FATAL', this.sqlState, this.message, this)
  }
}
