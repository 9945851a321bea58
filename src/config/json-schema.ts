/** The schema of the configuration file for editors, published as countersign.schema.json. */
import { z } from 'zod'
import { configSchema } from './schema.ts'

/** JSON Schema 2020-12, as text that ends with a line break. */
export function jsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', reused: 'ref' })
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
