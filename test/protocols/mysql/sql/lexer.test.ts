import t from 'tap'
import { lex } from '../../../../protocols/mysql/sql/lexer/lexer.ts'
import { TokenType } from '../../../../protocols/mysql/sql/lexer/token.ts'
import { SqlSyntaxError } from '../../../../protocols/mysql/sql/syntax-error.ts'
import { type Flavour, lexerOptions } from './corpus.ts'

/** The texts of the tokens, or undefined when the lexer cannot take it. */
function cut(
  text: string,
  flavour: Flavour = 'mysql',
  changes: Parameters<typeof lexerOptions>[1] = {},
): readonly string[] | undefined {
  try {
    const tokens = lex(text, lexerOptions(flavour, changes))
    return tokens.slice(0, -1).map(({ start, end }) => text.slice(start, end))
  } catch (error) {
    if (error instanceof SqlSyntaxError) return undefined
    throw error
  }
}

function values(text: string, changes: Parameters<typeof lexerOptions>[1] = {}): readonly string[] {
  return lex(text, lexerOptions('mysql', changes))
    .slice(0, -1)
    .map(({ value }) => value)
}

t.test('comments end where the server ends them', async t => {
  t.strictSame(cut('1 -- x\n2'), ['1', '2'])
  t.strictSame(cut('1 --\x012\n3'), ['1', '3'])
  t.strictSame(cut('1--'), ['1'])
  t.strictSame(cut('1--2'), ['1', '-', '-', '2'])
  t.strictSame(cut('1 --\u00a0x'), ['1', '-', '-', '\u00a0x'])
  t.strictSame(cut('1 # x\r2\n3'), ['1', '3'])
  t.strictSame(cut('1 /*/ x */ 2'), ['1', '2'])
  t.strictSame(cut('1 /* /* */ 2 */'), ['1', '2', '*', '/'])
  t.equal(cut('1 /* x'), undefined)
  t.equal(cut('1 -- \0\n2'), undefined)
})

t.test('executable comments run by the version and the flavour of the server', async t => {
  const runs = (text: string): readonly boolean[] =>
    (['mysql', 'mariadb'] as const).map(flavour => cut(text, flavour)?.includes('x') === true)
  t.strictSame(runs('/*! x */'), [true, true])
  t.strictSame(runs('/*!50000 x */'), [true, true])
  t.strictSame(runs('/*!50000x */'), [true, true])
  t.strictSame(runs('/*!80000 x */'), [true, false])
  t.strictSame(runs('/*!090704 x */'), [true, false])
  t.strictSame(runs('/*!100100 x */'), [false, true])
  t.strictSame(runs('/*!99999 x */'), [false, false])
  t.strictSame(runs('/*M! x */'), [false, true])
  t.strictSame(runs('/*M!80000 x */'), [false, true])
  // Six digits without a space are five and a number for MySQL.
  t.strictSame(cut('/*!500001*/'), ['1'])
  t.strictSame(cut('/*!500001 */'), [])
  t.strictSame(cut('/*!500001*/', 'mariadb'), [])
})

t.test('comments within executable comments end only themselves', async t => {
  t.strictSame(cut('1 /*! , /* x */ 2 */ , 3'), ['1', ',', '2', ',', '3'])
  t.strictSame(cut('1 /*!99999 , /* x */ 2 */ , 3'), ['1', ',', '3'])
  t.equal(cut('1 /*! + 2'), undefined)
  t.equal(cut('/*! select 1; */'), undefined, 'a statement does not end within one')
})

t.test('strings follow sql_mode', async t => {
  t.strictSame(values("'a\\'b' 'c''d'"), ["a'b", "c'd"])
  t.strictSame(values("'a\\' 'b'", { noBackslashEscapes: true }), ['a\\', 'b'])
  t.strictSame(values("'\\n\\0\\Z\\%\\_\\x'"), ['\n\0\x1a\\%\\_x'])
  t.strictSame(cut('"a\\""'), ['"a\\""'])
  t.strictSame(cut('"a\\""', 'mysql', { ansiQuotes: true }), undefined)
  t.strictSame(values('"a""b"', { ansiQuotes: true }), ['a"b'])
  t.strictSame(values("_latin1'\\' x' N'y' x'4142' b'01' 0xAf"), [
    'latin1',
    "' x",
    'y',
    '4142',
    '01',
    'Af',
  ])
  t.strictSame(values('`a``b`'), ['a`b'])
  for (const text of ["'a", '"a', '`a', "x'1'", "x'1g'", "b'2'", "'a\\'"]) {
    t.equal(cut(text), undefined, text)
  }
})

t.test('numbers and the names that begin like one', async t => {
  t.strictSame(cut('1.from t'), ['1.', 'from', 't'])
  t.strictSame(cut('1e5 .5 1.e3 1e10abc'), ['1e5', '.5', '1.e3', '1e10', 'abc'])
  t.strictSame(cut('1a 0x 0xg 0b2 1e'), ['1a', '0x', '0xg', '0b2', '1e'])
  t.strictSame(cut('t.1a.2b t .5'), ['t', '.', '1a', '.', '2b', 't', '.5'])
  t.equal(cut('select 1.e(1)'), undefined, 'MySQL drops such a number')
  t.strictSame(cut('1..9', 'mariadb'), ['1', '..', '9'])
})

t.test('what can only be a name is never a keyword', async t => {
  const type = (text: string): number | undefined => lex(text, lexerOptions('mysql'))[0]?.type
  t.equal(type('select'), TokenType.Word)
  t.equal(type('select.a'), TokenType.Name)
  t.equal(type('ſelect'), TokenType.Name, 'its upper case would be SELECT')
  t.equal(type('\ufeffselect'), TokenType.Name)
  t.strictSame(cut('a$b ａ'), ['a$b', 'ａ'])
})

t.test('operators', async t => {
  t.strictSame(cut('a->>b->c'), ['a', '->>', 'b', '->', 'c'])
  t.strictSame(cut('a->b', 'mariadb'), ['a', '-', '>', 'b'])
  t.strictSame(cut('a<=>b:=c&&d||e<<f!=g'), [
    ...['a', '<=>', 'b', ':=', 'c', '&&', 'd', '||', 'e', '<<', 'f', '!=', 'g'],
  ])
  t.strictSame(values('!!a'), ['!', 'A'], 'MySQL drops the second')
  t.strictSame(cut('!!a', 'mariadb'), ['!', '!', 'a'])
  t.equal(cut('a=!b'), undefined)
  t.strictSame(cut('a=!b', 'mariadb'), ['a', '=', '!', 'b'])
})

t.test('variables, marks and the rest', async t => {
  t.strictSame(values("@a.b$é @`x y` @'z' @"), ['a.b$é', 'x y', 'z', ''])
  t.strictSame(cut('@@global.x @@`y`'), ['@@', 'global', '.', 'x', '@@', '`y`'])
  t.equal(cut('@@ x'), undefined)
  t.equal(cut('?a'), undefined)
  t.equal(cut('\\N'), undefined)
  t.strictSame(cut('\\N', 'mariadb'), ['\\N'])
  t.equal(cut('a \0 b'), undefined)
  t.strictSame(cut('$$a;b$$ $x$'.slice(0, 7)), ['$$a;b$$'])
  t.strictSame(cut('$$a', 'mariadb'), ['$$a'])
})

t.test('hints count right after their keyword, and nowhere else', async t => {
  t.strictSame(cut('select /*+ BKA(t) */ 1 /*+ x */'), ['select', '/*+ BKA(t) */', '1'])
  t.strictSame(cut('select /*+ BKA(t) */ 1', 'mariadb'), ['select', '1'])
  t.equal(cut("select /*+ x(' */ ') */ 1"), undefined)
})
