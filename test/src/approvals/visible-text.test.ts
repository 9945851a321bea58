/** What a statement hides has to be seen, and what it plainly says has to stay as it is. */
import t from 'tap'
import { textParts, visibleLine, visibleText } from '../../../src/approvals/visible-text.ts'

t.test('ordinary text of any script stays as it is', t => {
  for (const text of ['', 'SELECT 1', "'Grüße' ≠ 'שלום'", 'a\n\tb', '名前', '🙂 ok', "e\u0301'"]) {
    t.equal(visibleText(text), text)
  }
  t.equal(visibleText('a\r\nb'), 'a\nb', 'a line end of two characters is a line end')
  t.end()
})

t.test('what has no shape of its own is shown by its number', t => {
  const hidden = {
    '\u0000': 'U+0000',
    '\u001b': 'U+001B',
    '\r': 'U+000D',
    '\u007f': 'U+007F',
    '\u009b': 'U+009B',
    '\u00a0': 'U+00A0',
    '\u00ad': 'U+00AD',
    '\u034f': 'U+034F',
    '\u061c': 'U+061C',
    '\u115f': 'U+115F',
    '\u180e': 'U+180E',
    '\u2003': 'U+2003',
    '\u200b': 'U+200B',
    '\u200d': 'U+200D',
    '\u200f': 'U+200F',
    '\u2028': 'U+2028',
    '\u202e': 'U+202E',
    '\u2060': 'U+2060',
    '\u2067': 'U+2067',
    '\u2800': 'U+2800',
    '\u3000': 'U+3000',
    '\u3164': 'U+3164',
    '\ufe0f': 'U+FE0F',
    '\ufeff': 'U+FEFF',
    '\uffa0': 'U+FFA0',
    '\ue000': 'U+E000',
    '\ud800': 'U+D800',
    '\u{1d159}': 'U+1D159',
    '\u{e0041}': 'U+E0041',
    '\u{e0100}': 'U+E0100',
  }
  for (const [character, name] of Object.entries(hidden)) {
    t.equal(visibleText(`a${character}b`), `a⟨${name}⟩b`, name)
  }
  t.end()
})

t.test('parts keep their order and join to the whole', t => {
  t.strictSame(textParts('\u202ea\u200b\u200bb'), [
    { codePoint: 0x202e },
    { text: 'a' },
    { codePoint: 0x200b },
    { codePoint: 0x200b },
    { text: 'b' },
  ])
  t.end()
})

t.test('a line stays one line', t => {
  t.equal(visibleLine('a\nb\tc\u2028d'), 'a b c⟨U+2028⟩d')
  t.end()
})
