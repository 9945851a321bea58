/** The published schema is the one that is checked. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { jsonSchema } from '../../../src/config/json-schema.ts'

t.test('countersign.schema.json is current', async t => {
  const published = readFileSync('countersign.schema.json', 'utf8')
  t.equal(published, jsonSchema(), 'countersign check --schema > countersign.schema.json')
})
