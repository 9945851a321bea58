/**
 * Bodies of stored programs: every statement and expression in them, wherever it stands. Reading
 * them whole is the only way to know where they end, and what follows them in the same text.
 * https://dev.mysql.com/doc/refman/9.7/en/sql-compound-statements.html
 */
import type { Expression, Program, Statement, UserVariable } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { dataType } from './data-type.ts'
import { skipRest } from './rest.ts'

interface Gathered extends Program {
  readonly statements: Statement[]
  readonly expressions: Expression[]
  readonly variables: string[]
  readonly targets: (string | UserVariable)[]
}

/** One statement of a stored program, compound or not; its `;` is not taken. */
export function program(cursor: Cursor, variables: readonly string[]): Program {
  const gathered: Gathered = {
    statements: [],
    expressions: [],
    variables: [...variables],
    targets: [],
  }
  const around = cursor.variables
  cursor.variables = new Set(variables.map(each => each.toLowerCase()))
  one(cursor, gathered)
  cursor.variables = around
  return gathered
}

/** They end with the block that declares them: SET of the same name means the server's again. */
function declare(cursor: Cursor, gathered: Gathered, names: readonly string[]): void {
  gathered.variables.push(...names)
  const folded = names.map(each => each.toLowerCase())
  cursor.variables = new Set([...(cursor.variables ?? []), ...folded])
}

/** MariaDB: whether a compound statement begins here, outside of a stored program. */
export function startsCompound(cursor: Cursor): boolean {
  if (!cursor.mariadb || cursor.token.type !== TokenType.Word) return false
  switch (cursor.token.value) {
    case 'BEGIN':
      return cursor.peekWord(1, 'NOT')
    case 'IF':
    case 'CASE':
    case 'LOOP':
    case 'REPEAT':
    case 'WHILE':
    case 'FOR':
      return true
    default:
      return cursor.peekSymbol(1, ':')
  }
}

function one(cursor: Cursor, gathered: Gathered): void {
  cursor.enter()
  if (isLabel(cursor)) {
    cursor.advance()
    cursor.advance()
  }
  if (!compound(cursor, gathered) && !control(cursor, gathered)) {
    gathered.statements.push(cursor.grammar.statement(cursor))
  }
  cursor.leave()
}

function isLabel(cursor: Cursor): boolean {
  return cursor.peekSymbol(1, ':') && cursor.atName()
}

/** `statement;` until one of the words that end such a list. */
function list(cursor: Cursor, gathered: Gathered, ...ends: readonly string[]): void {
  while (!ends.some(word => cursor.at(word))) {
    one(cursor, gathered)
    cursor.expectSymbol(';')
  }
}

function condition(cursor: Cursor, gathered: Gathered): void {
  gathered.expressions.push(cursor.grammar.expression(cursor))
}

function endLabel(cursor: Cursor): void {
  if (cursor.atName() && !cursor.at('UNTIL')) cursor.name()
}

function compound(cursor: Cursor, gathered: Gathered): boolean {
  switch (cursor.token.type === TokenType.Word ? cursor.token.value : '') {
    case 'BEGIN':
      block(cursor, gathered)
      return true
    case 'IF':
      branch(cursor, gathered)
      return true
    case 'CASE':
      choice(cursor, gathered)
      return true
    case 'LOOP':
      cursor.advance()
      list(cursor, gathered, 'END')
      cursor.expect('END', 'LOOP')
      endLabel(cursor)
      return true
    case 'WHILE':
      cursor.advance()
      condition(cursor, gathered)
      cursor.expect('DO')
      list(cursor, gathered, 'END')
      cursor.expect('END', 'WHILE')
      endLabel(cursor)
      return true
    case 'REPEAT':
      cursor.advance()
      list(cursor, gathered, 'UNTIL')
      cursor.advance()
      condition(cursor, gathered)
      cursor.expect('END', 'REPEAT')
      endLabel(cursor)
      return true
    case 'FOR':
      if (!cursor.mariadb) return false
      forLoop(cursor, gathered)
      return true
    default:
      return false
  }
}

function block(cursor: Cursor, gathered: Gathered): void {
  cursor.advance()
  const around = cursor.variables
  cursor.acceptWords('NOT', 'ATOMIC')
  while (cursor.accept('DECLARE')) {
    declaration(cursor, gathered)
    cursor.expectSymbol(';')
  }
  list(cursor, gathered, 'END')
  cursor.variables = around
  cursor.expect('END')
  endLabel(cursor)
}

function branch(cursor: Cursor, gathered: Gathered): void {
  do {
    cursor.advance()
    condition(cursor, gathered)
    cursor.expect('THEN')
    list(cursor, gathered, 'ELSEIF', 'ELSE', 'END')
  } while (cursor.at('ELSEIF'))
  if (cursor.accept('ELSE')) list(cursor, gathered, 'END')
  cursor.expect('END', 'IF')
}

function choice(cursor: Cursor, gathered: Gathered): void {
  cursor.advance()
  if (!cursor.at('WHEN')) condition(cursor, gathered)
  while (cursor.accept('WHEN')) {
    condition(cursor, gathered)
    cursor.expect('THEN')
    list(cursor, gathered, 'WHEN', 'ELSE', 'END')
  }
  if (cursor.accept('ELSE')) list(cursor, gathered, 'END')
  cursor.expect('END', 'CASE')
}

/** MariaDB: FOR i IN [REVERSE] a .. b DO, FOR r IN cursor DO, FOR r IN (query) DO. */
function forLoop(cursor: Cursor, gathered: Gathered): void {
  cursor.advance()
  const around = cursor.variables
  declare(cursor, gathered, [cursor.name('a variable')])
  cursor.expect('IN')
  cursor.accept('REVERSE')
  condition(cursor, gathered)
  if (cursor.acceptSymbol('..')) condition(cursor, gathered)
  cursor.expect('DO')
  list(cursor, gathered, 'END')
  cursor.variables = around
  cursor.expect('END', 'FOR')
  endLabel(cursor)
}

// ── Declarations ────────────────────────────────────────────────────────────────────────────────

function declaration(cursor: Cursor, gathered: Gathered): void {
  const handler = cursor.acceptAny('CONTINUE', 'EXIT', 'UNDO')
  if (handler !== undefined) {
    cursor.expect('HANDLER', 'FOR')
    do handledCondition(cursor)
    while (cursor.acceptSymbol(','))
    one(cursor, gathered)
    return
  }
  const names = [cursor.name('a variable')]
  while (cursor.acceptSymbol(',')) names.push(cursor.name())
  if (cursor.acceptWords('CONDITION', 'FOR')) {
    while (!cursor.atEnd()) cursor.advance()
    return
  }
  if (cursor.accept('CURSOR')) {
    cursorDeclaration(cursor, gathered)
    return
  }
  declare(cursor, gathered, names)
  variableType(cursor)
  if (cursor.accept('DEFAULT')) condition(cursor, gathered)
}

function handledCondition(cursor: Cursor): void {
  if (cursor.token.type === TokenType.Integer) cursor.advance()
  else if (cursor.accept('SQLSTATE')) {
    cursor.accept('VALUE')
    cursor.string('a state')
  } else if (cursor.accept('NOT')) cursor.expect('FOUND')
  else if (cursor.acceptAny('SQLWARNING', 'SQLEXCEPTION') === undefined) cursor.name('a condition')
}

function cursorDeclaration(cursor: Cursor, gathered: Gathered): void {
  if (cursor.atSymbol('(')) parameters(cursor, gathered.variables)
  cursor.expect('FOR')
  gathered.statements.push(cursor.grammar.statement(cursor))
}

/** `(IN a int, OUT b varchar(10))`. */
export function parameters(cursor: Cursor, variables: string[]): void {
  cursor.expectSymbol('(')
  if (cursor.acceptSymbol(')')) return
  do {
    const mode = cursor.at('IN') || cursor.at('OUT') || cursor.at('INOUT')
    const { type } = cursor.peek(1)
    if (mode && (type === TokenType.Word || type === TokenType.Name)) cursor.advance()
    variables.push(cursor.name('a parameter'))
    variableType(cursor)
    if (cursor.mariadb && cursor.accept('DEFAULT')) cursor.grammar.expression(cursor)
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
}

/** MariaDB: ROW (a int, …), TYPE OF t.c and ROW TYPE OF t too. */
export function variableType(cursor: Cursor): void {
  if (cursor.mariadb && (cursor.at('TYPE') || cursor.at('ROW'))) {
    cursor.accept('ROW')
    if (cursor.atSymbol('(')) parameters(cursor, [])
    else {
      cursor.expect('TYPE', 'OF')
      cursor.name()
      while (cursor.acceptSymbol('.')) cursor.name()
    }
    return
  }
  dataType(cursor)
  if (cursor.accept('COLLATE')) cursor.advance()
}

// ── What only stored programs have ──────────────────────────────────────────────────────────────

function control(cursor: Cursor, gathered: Gathered): boolean {
  switch (cursor.token.type === TokenType.Word ? cursor.token.value : '') {
    case 'RETURN':
      cursor.advance()
      condition(cursor, gathered)
      return true
    case 'LEAVE':
    case 'ITERATE':
    case 'CLOSE':
      cursor.advance()
      cursor.name()
      return true
    case 'OPEN':
      cursor.advance()
      cursor.name()
      if (cursor.atSymbol('(')) condition(cursor, gathered)
      return true
    case 'FETCH':
      fetch(cursor, gathered)
      return true
    case 'GET':
      // GET DIAGNOSTICS writes conditions, and no values of tables but those in messages.
      skipRest(cursor)
      return true
    default:
      return false
  }
}

function fetch(cursor: Cursor, gathered: Gathered): void {
  cursor.advance()
  if (cursor.mariadb && cursor.acceptWords('GROUP', 'NEXT', 'ROW')) return
  cursor.acceptWords('NEXT', 'FROM')
  cursor.accept('FROM')
  cursor.name('a cursor')
  cursor.expect('INTO')
  do {
    const { type, start, end, value } = cursor.token
    if (type === TokenType.UserVariable) {
      cursor.advance()
      gathered.targets.push({ kind: 'userVariable', name: value, start, end })
    } else gathered.targets.push(cursor.name('a variable'))
  } while (cursor.acceptSymbol(','))
}
