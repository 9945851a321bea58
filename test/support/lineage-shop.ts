/** The tables over which the lineage tests speak, and shorthand for what a statement must give. */
import { type CatalogExtras, catalogOf, namesOf } from './catalog-fixture.ts'
import { columnInShort, columnsInShort, inShort, traced } from './lineage-notation.ts'

const extras: CatalogExtras = {
  views: {
    'public.people': [
      ['id int4', 'mail text', 'loud text'],
      'SELECT id, email, upper(email) FROM public.customers WHERE name IS NOT NULL',
    ],
    'public.mails': [['mail text'], 'SELECT mail FROM public.people'],
    'public.grown': [['id int4'], "SELECT id FROM public.customers WHERE born < '2000-01-01'"],
    'public.broken': [['id int4'], 'SELECT ('],
    'public.circle': [['id int4'], 'SELECT id FROM public.circle'],
  },
  materialized: {
    'public.cached': [
      ['mail text', 'n int8'],
      'SELECT email, count(*) FROM public.customers GROUP BY 1',
    ],
  },
  parents: {
    'public.events_1': ['public.events'],
    'public.events_1_a': ['public.events_1'],
  },
  generated: { 'public.handles.domain': 'lower(handle)', 'public.unread.secret': '?' },
  functions: {
    'public.mail_of': { source: 'SELECT email FROM public.customers WHERE id = $1' },
    'public.city_of': { source: 'SELECT city FROM public.cities WHERE letter = given' },
    'public.everybody': { source: 'SELECT * FROM public.customers', returns: 'public.customers' },
    'public.fullname': { source: 'SELECT $1.name || $1.email' },
    'public.loudly': { source: 'RETURN upper(a)', volatility: 'immutable' },
    'public.atomic': {
      source: 'BEGIN ATOMIC SELECT name FROM public.customers; END',
    },
    'public.store': {
      source: 'INSERT INTO public.notes (body) VALUES ($1) RETURNING id',
      volatility: 'volatile',
    },
    'public.endless': { source: 'SELECT public.endless($1)' },
    'public.opaque': {
      language: 'plpgsql',
      volatility: 'volatile',
      source: 'BEGIN EXECUTE a; END',
    },
    'public.quiet': { language: 'plpgsql', volatility: 'stable', source: 'BEGIN EXECUTE a; END' },
    'public.similarity': { language: 'c', volatility: 'immutable' },
    'public.dblink': { language: 'c', volatility: 'volatile' },
    'public.uuid_generate_v4': { language: 'c', volatility: 'volatile' },
  },
}

export const shop = namesOf(
  catalogOf(
    {
      'public.customers': ['id int4', 'name text', 'email text', 'born date'],
      'public.orders': ['id int4', 'customer_id int4', 'total numeric'],
      'public.notes': ['id int4', 'body text'],
      'public.cities': ['letter text', 'city text'],
      'public.events': ['id int4', 'payload text'],
      'public.events_1': ['id int4', 'payload text'],
      'public.events_1_a': ['id int4', 'payload text'],
      'public.handles': ['id int4', 'handle text', 'domain text'],
      'public.unread': ['id int4', 'secret text'],
      'public.subscribers': ['id int4', 'address mail'],
      'public.twice': ['id int4', 'a text'],
      'other.twice': ['id int4', 'b text'],
      'public.same': ['id int4', 'a text'],
      'other.same': ['id int4', 'a text'],
      'other.hidden': ['id int4'],
    },
    extras,
  ),
)

/** Every place where the path is not known. */
export const lost = { ...shop, searchPath: undefined }

export function result(sql: string, names: typeof shop = shop): string {
  return inShort(traced(sql, names).result)
}

export function reads(sql: string): string {
  return columnsInShort(traced(sql, shop).reads)
}

/** `table.column > type:name`, or `> itself` */
export function moves(sql: string): string {
  const { moves, movesUntraced } = traced(sql, shop)
  const known = moves.map(
    ({ from, to, itself }) =>
      `${columnInShort(from)} > ${itself ? 'itself' : `${to.type}:${to.name}`}`,
  )
  return [...known, ...(movesUntraced ? ['?'] : [])].sort().join(' ')
}
