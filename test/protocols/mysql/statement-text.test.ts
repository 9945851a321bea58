import t from 'tap'
import { statementText } from '../../../protocols/mysql/statement-text.ts'

t.test('UTF-8 is itself', async t => {
  t.equal(statementText(Buffer.from("SELECT 'é🙂'")), "SELECT 'é🙂'")
})

t.test('a byte that is no UTF-8 never swallows the one behind it', async t => {
  const bytes = Buffer.from('27e2275cff27c3a9f09f27', 'hex')
  t.equal(statementText(bytes), "'\ufffde2'\\\ufffdff'é\ufffdf0\ufffd9f'")
})

t.test('texts that differ stay different', async t => {
  const texts = ['ff', 'fe', 'c0af', 'eda080', 'f8', 'c3'].map(hex =>
    statementText(Buffer.from(hex, 'hex')),
  )
  t.equal(new Set(texts).size, texts.length)
})
