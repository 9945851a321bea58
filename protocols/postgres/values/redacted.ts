/**
 * Types of which only the value that stands for a hidden one is ever written, in binary format:
 * nothing is read of the others. Source: geo_ops.c, rangetypes.c, multirangetypes.c, tsvector.c,
 * tsquery.c, jsonpath.c, pg_lsn.c, xid8funcs.c, tid.c, int.c, oid.c.
 */
import type { Codec, Codecs } from './codec.ts'

const zeros = (count: number): Buffer => Buffer.alloc(count)

function only(text: string, bytes: Buffer): Codec {
  return {
    decode: value => (value.equals(bytes) ? text : undefined),
    encode: value => (value === text ? bytes : undefined),
  }
}

/** An Int32 of 1 and a point at the origin. */
const onePoint = Buffer.concat([Buffer.of(0, 0, 0, 1), zeros(16)])
/** -1 as a double, between two zeros. */
const line = Buffer.concat([zeros(8), Buffer.of(0xbf, 0xf0), zeros(14)])
/** No transactions between 1 and 1. */
const snapshot = Buffer.concat([zeros(11), Buffer.of(1), zeros(7), Buffer.of(1)])

/** Flag RANGE_EMPTY. */
const emptyRange = only('empty', Buffer.of(1))
const emptyMultirange = only('{}', zeros(4))

/** An array of one dimension, whose lower bound is 0, of one zero: none would not be read. */
function vector(elementOid: number, elementBytes: 2 | 4): Codec {
  const bytes = zeros(24 + elementBytes)
  bytes.writeInt32BE(1, 0)
  bytes.writeInt32BE(elementOid, 8)
  bytes.writeInt32BE(1, 12)
  bytes.writeInt32BE(elementBytes, 20)
  return only('0', bytes)
}

/** One value, of any weight, not a prefix. An empty query would not be read. */
const query = Buffer.concat([Buffer.of(0, 0, 0, 1, 1, 0, 0), Buffer.from('redacted\0')])

export const redacted: Codecs = {
  point: only('(0,0)', zeros(16)),
  lseg: only('[(0,0),(0,0)]', zeros(32)),
  // Closed.
  path: only('((0,0))', Buffer.concat([Buffer.of(1), onePoint])),
  box: only('(0,0),(0,0)', zeros(32)),
  polygon: only('((0,0))', onePoint),
  line: only('{0,-1,0}', line),
  circle: only('<(0,0),0>', zeros(24)),
  tsvector: only('', zeros(4)),
  tsquery: only("'redacted'", query),
  jsonpath: only('$', Buffer.of(1, 0x24)),
  pg_lsn: only('0/0', zeros(8)),
  txid_snapshot: only('1:1:', snapshot),
  pg_snapshot: only('1:1:', snapshot),
  xid8: only('0', zeros(8)),
  tid: only('(0,0)', zeros(6)),
  int2vector: vector(21, 2),
  oidvector: vector(26, 4),
  hstore: only('', zeros(4)),
  // The OID of nothing.
  ...Object.fromEntries(
    [
      'class',
      'collation',
      'config',
      'dictionary',
      'namespace',
      'proc',
      'procedure',
      'role',
      'type',
    ].map(of => [`reg${of}`, only('-', zeros(4))]),
  ),
  regoper: only('0', zeros(4)),
  regoperator: only('0', zeros(4)),
  ...Object.fromEntries(
    ['int4', 'int8', 'num', 'ts', 'tstz', 'date', 'any'].flatMap(of => [
      [`${of}range`, emptyRange],
      [`${of}multirange`, emptyMultirange],
    ]),
  ),
}
