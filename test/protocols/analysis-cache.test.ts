import t from 'tap'
import {
  AnalysisCache,
  type AnalysisCacheOptions,
  type Meaning,
} from '../../protocols/analysis-cache.ts'
import type { Analysis } from '../../protocols/protocol.ts'

interface Names extends Meaning {
  readonly version: number
  readonly mode: string
}

const catalog = {}
const names: Names = { catalog, version: 1, mode: 'plain' }

/** Digits are its literals; a text with a `!` has no shape, one with a `?` shares no analysis. */
function cacheOf(options: AnalysisCacheOptions = {}): {
  cache: AnalysisCache<Names, Omit<Names, 'version'>>
  /** What was read because it was not known. */
  reads: string[]
} {
  const reads: string[] = []
  const cache = new AnalysisCache<Names, Omit<Names, 'version'>>(
    {
      meaningOf: ({ catalog, mode }) => ({ catalog, mode }),
      means: (kept, names) => kept.catalog === names.catalog && kept.mode === names.mode,
      shapeOf: text => (text.includes('!') ? undefined : text.replace(/\d+/g, '#')),
      read: text => {
        reads.push(text)
        return { analysis: analysisOf(text), shared: !text.includes('?') }
      },
    },
    options,
  )
  return { cache, reads }
}

function analysisOf(normalized: string): Analysis {
  return {
    tag: '',
    effects: [],
    results: [],
    reads: [],
    moves: [],
    relations: [],
    normalized,
    unreadable: undefined,
  }
}

t.test('texts of one shape are read once', async t => {
  const { cache, reads } = cacheOf()
  const first = cache.analyze('id = 1', names)
  t.equal(cache.analyze('id = 22', names), first)
  t.equal(cache.analyze('id = 1', names), first)
  t.strictSame(reads, ['id = 1'])
})

t.test('where literals matter, or there is no shape, each text is read, and once', async t => {
  const { cache, reads } = cacheOf()
  const texts = ['id = 1?', 'id = 2?', '!1', '!2']
  const analyses = texts.map(text => cache.analyze(text, names))
  t.equal(new Set(analyses).size, 4)
  for (const [index, text] of texts.entries())
    t.equal(cache.analyze(text, names), analyses[index], text)
  t.strictSame(reads, texts)
})

t.test('other names are other texts, and both are kept', async t => {
  const { cache, reads } = cacheOf()
  const session = { ...names }
  const first = cache.analyze('a', session)
  const others = [
    { ...names, version: 2 },
    { ...names, mode: 'ansi' },
  ].map(each => [each, cache.analyze('a', each)] as const)
  t.equal(cache.analyze('a', names), first)
  for (const [each, analysis] of others) {
    t.not(analysis, first)
    t.equal(cache.analyze('a', each), analysis)
  }
  t.equal(reads.length, 3)
  session.mode = 'ansi'
  t.equal(cache.analyze('a', session), others[1]?.[1], 'names that change are not held')
})

t.test('what was read over a catalog that was replaced is forgotten', async t => {
  const { cache, reads } = cacheOf()
  const first = cache.analyze('a', names)
  t.not(cache.analyze('a', { ...names, catalog: {} }), first)
  t.not(cache.analyze('a', names), first)
  t.equal(reads.length, 3)
})

t.test('what is used stays, what is not is read again', async t => {
  const { cache, reads } = cacheOf({ cacheEntriesMax: 10 })
  const kept = [cache.analyze('kept!', names), cache.analyze('kept 1', names)]
  for (let index = 0; index < 100; index++) {
    cache.analyze(`other! ${index}`, names)
    t.strictSame([cache.analyze('kept!', names), cache.analyze(`kept ${index}`, names)], kept)
  }
  t.equal(reads.length, 102)
  cache.analyze('other! 0', names)
  t.equal(reads.length, 103)
})

t.test('names that come and go with nothing read count, too', async t => {
  const { cache, reads } = cacheOf({ cacheEntriesMax: 10 })
  cache.analyze('a', names)
  const long = 'a'.repeat(40_000)
  for (let version = 2; version < 40; version++) {
    cache.analyze(long, { ...names, version })
    cache.analyze('b', { ...names, version })
  }
  reads.length = 0
  cache.analyze('a', names)
  t.strictSame(reads, ['a'])
})

t.test('long texts are not kept, and many bytes are too many', async t => {
  const { cache, reads } = cacheOf({ cacheBytesMax: 100_000 })
  const long = `!${'a'.repeat(32 * 1024)}`
  t.not(cache.analyze(long, names), cache.analyze(long, names))
  const texts = Array.from({ length: 20 }, (_, index) => `!${index}${'a'.repeat(8000)}`)
  for (const text of texts) cache.analyze(text, names)
  reads.length = 0
  for (const text of texts.toReversed()) cache.analyze(text, names)
  t.ok(reads.length > 10, `${reads.length} of 20 were forgotten`)
  t.ok(reads.length < 20)
})
