import t from 'tap'
import { WireNames } from '../../../protocols/postgres/wire-names.ts'

t.test('a name means what was last said of it, in its own segment at once', async t => {
  const names = new WireNames<string>()
  names.set('s', 'first', 1)
  t.equal(names.get('s', 1), 'first')
})

t.test('a name that another segment gave is not known before that is answered', async t => {
  const names = new WireNames<string>()
  const pending = names.set('s', 'first', 1)
  t.equal(names.get('s', 2), 'unsettled')
  names.answered(pending)
  t.equal(names.get('s', 2), 'first')
})

t.test('a name keeps its meaning when the server refuses a new one', async t => {
  const names = new WireNames<string>()
  names.answered(names.set('s', 'masked', 1))
  const clean = names.set('s', 'clean', 2)
  t.equal(names.get('s', 3), 'unsettled')
  names.failed(clean)
  t.equal(names.get('s', 3), 'masked')
})

t.test('a name that was to be closed is still there when Close was skipped', async t => {
  const names = new WireNames<string>()
  names.answered(names.set('s', 'masked', 1))
  const close = names.set('s', undefined, 2)
  t.equal(names.get('s', 2), undefined)
  names.failed(close)
  t.equal(names.get('s', 3), 'masked')
  names.answered(names.set('s', undefined, 3))
  t.equal(names.get('s', 4), undefined)
})

t.test('has says yes while there is any doubt', async t => {
  const names = new WireNames<string>()
  const pending = names.set('s', 'first', 1)
  t.equal(names.has('s'), true)
  names.failed(pending)
  t.equal(names.has('s'), false)
})
