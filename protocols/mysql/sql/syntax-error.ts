/** Thrown within the lexer and the parser, and caught by `parse`: nothing else ever sees it. */
export class SqlSyntaxError extends Error {
  readonly position: number

  constructor(message: string, position: number) {
    super(message)
    this.name = 'SqlSyntaxError'
    this.position = position
  }
}
