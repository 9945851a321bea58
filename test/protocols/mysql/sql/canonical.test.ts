import t from 'tap'
import { canonical } from '../../../../protocols/mysql/sql/canonical.ts'
import { lex } from '../../../../protocols/mysql/sql/lexer/lexer.ts'
import type { LexerOptions } from '../../../../protocols/mysql/sql/lexer/options.ts'
import type { Token } from '../../../../protocols/mysql/sql/lexer/token.ts'
import { SqlSyntaxError } from '../../../../protocols/mysql/sql/syntax-error.ts'
import { corpus, lexerOptions, mutated, random } from './corpus.ts'

function written(text: string, options: LexerOptions = lexerOptions('mysql')): string {
  return canonical(text, lex(text, options), options)
}

t.test('comments go, and what runs of them stays', async t => {
  t.equal(written('select  1 -- x\n, /*! 2, */ /* y */ 3'), 'select 1 , 2, 3')
  t.equal(written('select/*!99999 x */1'), 'select 1')
})

t.test('gaps that mean something stay gaps, and none comes to be', async t => {
  t.equal(written('select sum(a), sum  (a)'), 'select sum(a), sum (a)')
  const ignoreSpace = lexerOptions('mysql', { ignoreSpace: true })
  t.equal(written('select sum/* x */(a)', ignoreSpace), 'select sum/**/(a)')
  t.equal(written('select 1--/* x */2'), 'select 1- - 2')
  t.equal(written('select \'a\'"b"'), 'select \'a\'"b"')
})

t.test('the lexer reads the same tokens again', async t => {
  const below = random(7)
  for (const flavour of ['mysql', 'mariadb'] as const) {
    const texts = corpus(flavour)
    for (let count = 0; count < 5000; count++) {
      const options = lexerOptions(flavour, {
        ansiQuotes: below(2) === 0,
        noBackslashEscapes: below(2) === 0,
        ignoreSpace: below(2) === 0,
      })
      const text = mutated(texts[below(texts.length)] ?? '', below)
      const tokens = cut(text, options)
      if (tokens === undefined) continue
      const again = canonical(text, tokens, options)
      const same = cut(again, options)
      const kinds = (list: readonly Token[] | undefined): unknown =>
        list?.map(({ type, value }) => [type, value])
      if (JSON.stringify(kinds(same)) !== JSON.stringify(kinds(tokens))) t.fail(text, { again })
    }
  }
  t.pass('10,000 changed statements')
})

function cut(text: string, options: LexerOptions): readonly Token[] | undefined {
  try {
    return lex(text, options)
  } catch (error) {
    if (error instanceof SqlSyntaxError) return undefined
    throw error
  }
}
