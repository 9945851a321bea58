/**
 * The types that come with Postgres: their OIDs (the same in every version, src/include/catalog/
 * pg_type.dat) and what class of values each one holds.
 */
import type { ValueClass, ValueType } from '../../protocol.ts'

/** OID, name, and the OID of the array type, if it has one. */
const TYPES = `
  16 bool 1000, 17 bytea 1001, 18 char 1002, 19 name 1003, 20 int8 1016, 21 int2 1005,
  22 int2vector 1006, 23 int4 1007, 24 regproc 1008, 25 text 1009, 26 oid 1028, 27 tid 1010,
  28 xid 1011, 29 cid 1012, 30 oidvector 1013, 114 json 199, 142 xml 143, 600 point 1017,
  601 lseg 1018, 602 path 1019, 603 box 1020, 604 polygon 1027, 628 line 629, 650 cidr 651,
  700 float4 1021, 701 float8 1022, 705 unknown, 718 circle 719, 774 macaddr8 775,
  790 money 791, 829 macaddr 1040, 869 inet 1041, 1033 aclitem 1034, 1042 bpchar 1014,
  1043 varchar 1015, 1082 date 1182, 1083 time 1183, 1114 timestamp 1115,
  1184 timestamptz 1185, 1186 interval 1187, 1266 timetz 1270, 1560 bit 1561, 1562 varbit 1563,
  1700 numeric 1231, 1790 refcursor 2201, 2202 regprocedure 2207, 2203 regoper 2208,
  2204 regoperator 2209, 2205 regclass 2210, 2206 regtype 2211, 2249 record 2287,
  2275 cstring 1263, 2278 void, 2287 _record, 2950 uuid 2951, 2970 txid_snapshot 2949,
  3220 pg_lsn 3221, 3614 tsvector 3643, 3615 tsquery 3645, 3734 regconfig 3735,
  3769 regdictionary 3770, 3802 jsonb 3807, 3904 int4range 3905, 3906 numrange 3907,
  3908 tsrange 3909, 3910 tstzrange 3911, 3912 daterange 3913, 3926 int8range 3927,
  4072 jsonpath 4073, 4089 regnamespace 4090, 4096 regrole 4097, 4191 regcollation 4192,
  4451 int4multirange 6150, 4532 nummultirange 6151, 4533 tsmultirange 6152,
  4534 tstzmultirange 6153, 4535 datemultirange 6155, 4536 int8multirange 6157,
  5038 pg_snapshot 5039, 5069 xid8 271
`

/** OID to name, arrays as `_name`. */
export const builtInTypes: ReadonlyMap<number, string> = new Map(
  TYPES.split(',').flatMap(entry => {
    const [oid, name = '', array] = entry.trim().split(' ')
    const type: [number, string] = [Number(oid), name]
    return array === undefined ? [type] : [type, [Number(array), `_${name}`]]
  }),
)

/** Name to OID; what an array's header needs to say about its elements. */
export const builtInOids: ReadonlyMap<string, number> = new Map(
  Array.from(builtInTypes, ([oid, name]) => [name, oid]),
)

const CLASSES: Readonly<Record<string, ValueClass>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  char: 'text',
  name: 'text',
  citext: 'text',
  unknown: 'text',
  cstring: 'text',
  refcursor: 'text',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  numeric: 'decimal',
  money: 'decimal',
  float4: 'float',
  float8: 'float',
  bool: 'boolean',
  date: 'date',
  time: 'time',
  timetz: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  interval: 'interval',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytes',
}

/** Name and modifier (`atttypmod`, -1 for none) to what the rest of the proxy knows of a type. */
export function valueType(typeName: string, typeModifier: number): ValueType {
  const redaction = redactionOf(typeName, typeModifier)
  return {
    ...(redaction !== undefined && { redaction }),
    class: Object.hasOwn(CLASSES, typeName)
      ? (CLASSES[typeName] ?? 'other')
      : typeName.startsWith('_')
        ? 'array'
        : 'other',
    name: typeName,
    lengthMax: lengthMax(typeName, typeModifier),
  }
}

/** What stands for a hidden value of a type whose class has none that is valid. */
function redactionOf(typeName: string, typeModifier: number): string | undefined {
  // bit(n) has n digits, neither more nor less.
  if (typeName === 'bit') return '0'.repeat(Math.max(1, typeModifier))
  return redactions.get(typeName)
}

/** Types that are not here, nor in a class, are redacted to NULL: enums and rows above all. */
const redactions: ReadonlyMap<string, string> = new Map([
  ['varbit', ''],
  ['inet', '0.0.0.0'],
  ['cidr', '0.0.0.0/32'],
  ['macaddr', '00:00:00:00:00:00'],
  ['macaddr8', '00:00:00:00:00:00:00:00'],
  ['point', '(0,0)'],
  ['lseg', '[(0,0),(0,0)]'],
  ['path', '((0,0))'],
  ['box', '(0,0),(0,0)'],
  ['polygon', '((0,0))'],
  ['line', '{0,-1,0}'],
  ['circle', '<(0,0),0>'],
  ['xml', '<redacted/>'],
  ['tsvector', ''],
  ['tsquery', "'redacted'"],
  ['jsonpath', '$'],
  ['pg_lsn', '0/0'],
  ['txid_snapshot', '1:1:'],
  ['pg_snapshot', '1:1:'],
  ['xid', '0'],
  ['cid', '0'],
  ['xid8', '0'],
  ['tid', '(0,0)'],
  ['int2vector', '0'],
  ['oidvector', '0'],
  ['hstore', ''],
  ['regoper', '0'],
  ['regoperator', '0'],
  ...[
    'class',
    'collation',
    'config',
    'dictionary',
    'namespace',
    'proc',
    'procedure',
    'role',
    'type',
  ].map(of => [`reg${of}`, '-'] as const),
  ...['int4', 'int8', 'num', 'ts', 'tstz', 'date'].flatMap(of => [
    [`${of}range`, 'empty'] as const,
    [`${of}multirange`, '{}'] as const,
  ]),
])

/** The modifier of varchar(n) and char(n) counts the four bytes of a length word. */
function lengthMax(typeName: string, typeModifier: number): number | undefined {
  switch (typeName) {
    case 'varchar':
    case 'bpchar':
      return typeModifier >= 5 ? typeModifier - 4 : undefined
    case 'char':
      return 1
    case 'name':
      return 63
    default:
      return undefined
  }
}
