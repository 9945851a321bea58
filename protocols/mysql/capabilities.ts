/**
 * What client and server agree on. The low 32 bits are MySQL's, the high 32 MariaDB's extended
 * ones, which stand in the packets only where bit 0 (`CLIENT_MYSQL` in MariaDB) is not set.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html
 * https://mariadb.com/kb/en/connection/#capabilities
 */

export const Capability = {
  LONG_PASSWORD: 0x1n, // bit 0
  FOUND_ROWS: 0x2n, // bit 1
  LONG_FLAG: 0x4n, // bit 2
  CONNECT_WITH_DB: 0x8n, // bit 3
  NO_SCHEMA: 0x10n, // bit 4
  COMPRESS: 0x20n, // bit 5
  ODBC: 0x40n, // bit 6
  LOCAL_FILES: 0x80n, // bit 7
  IGNORE_SPACE: 0x100n, // bit 8
  PROTOCOL_41: 0x200n, // bit 9
  INTERACTIVE: 0x400n, // bit 10
  SSL: 0x800n, // bit 11
  IGNORE_SIGPIPE: 0x1000n, // bit 12
  TRANSACTIONS: 0x2000n, // bit 13
  RESERVED: 0x4000n, // bit 14
  SECURE_CONNECTION: 0x8000n, // bit 15
  MULTI_STATEMENTS: 0x10000n, // bit 16
  MULTI_RESULTS: 0x20000n, // bit 17
  PS_MULTI_RESULTS: 0x40000n, // bit 18
  PLUGIN_AUTH: 0x80000n, // bit 19
  CONNECT_ATTRS: 0x100000n, // bit 20
  PLUGIN_AUTH_LENENC_CLIENT_DATA: 0x200000n, // bit 21
  CAN_HANDLE_EXPIRED_PASSWORDS: 0x400000n, // bit 22
  SESSION_TRACK: 0x800000n, // bit 23
  DEPRECATE_EOF: 0x1000000n, // bit 24
  OPTIONAL_RESULTSET_METADATA: 0x2000000n, // bit 25
  ZSTD_COMPRESSION_ALGORITHM: 0x4000000n, // bit 26
  QUERY_ATTRIBUTES: 0x8000000n, // bit 27
  MULTI_FACTOR_AUTHENTICATION: 0x10000000n, // bit 28
  CAPABILITY_EXTENSION: 0x20000000n, // bit 29
  SSL_VERIFY_SERVER_CERT: 0x40000000n, // bit 30
  REMEMBER_OPTIONS: 0x80000000n, // bit 31
  MARIADB_PROGRESS: 0x100000000n, // bit 32
  MARIADB_COM_MULTI: 0x200000000n, // bit 33
  MARIADB_STMT_BULK_OPERATIONS: 0x400000000n, // bit 34
  MARIADB_EXTENDED_METADATA: 0x800000000n, // bit 35
  MARIADB_CACHE_METADATA: 0x1000000000n, // bit 36
  MARIADB_BULK_UNIT_RESULTS: 0x2000000000n, // bit 37
} as const

export function has(capabilities: bigint, capability: bigint): boolean {
  return (capabilities & capability) === capability
}

/** What both flavours have had for so long that a peer without it is refused. */
export const requiredOfBoth: bigint =
  Capability.PROTOCOL_41 | Capability.SECURE_CONNECTION | Capability.PLUGIN_AUTH

/** What ends at us, so that the upstream need not have it. */
const ours: bigint =
  requiredOfBoth |
  Capability.CONNECT_WITH_DB |
  Capability.CONNECT_ATTRS |
  Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA

/**
 * What passes through us where the upstream has it. Not here: compression, which would hide every
 * packet; results without their columns (OPTIONAL_RESULTSET_METADATA, CACHE_METADATA), which could
 * not be masked; progress reports, which are packets out of turn; NO_SCHEMA, which changes what a
 * name means; expired passwords and further factors, which are the upstream's and not the client's.
 */
const passing: bigint =
  Capability.LONG_PASSWORD |
  Capability.FOUND_ROWS |
  Capability.LONG_FLAG |
  Capability.ODBC |
  Capability.LOCAL_FILES |
  Capability.IGNORE_SPACE |
  Capability.INTERACTIVE |
  Capability.IGNORE_SIGPIPE |
  Capability.TRANSACTIONS |
  Capability.RESERVED |
  Capability.MULTI_STATEMENTS |
  Capability.MULTI_RESULTS |
  Capability.PS_MULTI_RESULTS |
  Capability.SESSION_TRACK |
  Capability.DEPRECATE_EOF |
  Capability.QUERY_ATTRIBUTES |
  Capability.MARIADB_STMT_BULK_OPERATIONS |
  Capability.MARIADB_EXTENDED_METADATA

/** Those that say how the packets of a session are laid out: without them nothing passes. */
const layout: bigint =
  Capability.MULTI_RESULTS |
  Capability.PS_MULTI_RESULTS |
  Capability.TRANSACTIONS |
  Capability.SESSION_TRACK |
  Capability.DEPRECATE_EOF |
  Capability.QUERY_ATTRIBUTES |
  Capability.MARIADB_STMT_BULK_OPERATIONS |
  Capability.MARIADB_EXTENDED_METADATA

/** What our greeting says, before the client's TLS or not is known. */
export function offered(upstream: bigint, tls: boolean): bigint {
  return (upstream & passing) | ours | (tls ? Capability.SSL : 0n)
}

/** What holds for the session once the client answered. */
export function agreed(client: bigint, offer: bigint): bigint {
  const both = client & offer
  // A client that says it is MySQL's has filler where the extended ones would stand.
  return has(client, Capability.LONG_PASSWORD) ? both & 0xffffffffn : both
}

/** What we say to the upstream: as the client chose, so that packets need not be written anew. */
export function forUpstream(
  session: bigint,
  server: bigint,
  options: { readonly tls: boolean; readonly database: boolean },
): bigint {
  const own = Capability.CONNECT_ATTRS | Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA
  return (
    (session & passing & server) |
    requiredOfBoth |
    (own & server) |
    (options.tls ? Capability.SSL : 0n) |
    (options.database ? Capability.CONNECT_WITH_DB : 0n)
  )
}

/** Names of what the client was promised and the server lacks: its packets would be misread. */
export function missing(session: bigint, server: bigint): readonly string[] {
  const lacks = ((session & layout) | requiredOfBoth) & ~server
  return Object.entries(Capability).flatMap(([name, bit]) => (has(lacks, bit) ? [name] : []))
}
