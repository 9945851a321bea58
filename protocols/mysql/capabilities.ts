/**
 * What client and server agree on. The low 32 bits are MySQL's, the high 32 MariaDB's extended
 * ones, which stand in the packets only where bit 0 (`CLIENT_MYSQL` in MariaDB) is not set.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html
 * https://mariadb.com/kb/en/connection/#capabilities
 */

export const Capability = {
  LONG_PASSWORD: 1n << 0n,
  FOUND_ROWS: 1n << 1n,
  LONG_FLAG: 1n << 2n,
  CONNECT_WITH_DB: 1n << 3n,
  NO_SCHEMA: 1n << 4n,
  COMPRESS: 1n << 5n,
  ODBC: 1n << 6n,
  LOCAL_FILES: 1n << 7n,
  IGNORE_SPACE: 1n << 8n,
  PROTOCOL_41: 1n << 9n,
  INTERACTIVE: 1n << 10n,
  SSL: 1n << 11n,
  IGNORE_SIGPIPE: 1n << 12n,
  TRANSACTIONS: 1n << 13n,
  RESERVED: 1n << 14n,
  SECURE_CONNECTION: 1n << 15n,
  MULTI_STATEMENTS: 1n << 16n,
  MULTI_RESULTS: 1n << 17n,
  PS_MULTI_RESULTS: 1n << 18n,
  PLUGIN_AUTH: 1n << 19n,
  CONNECT_ATTRS: 1n << 20n,
  PLUGIN_AUTH_LENENC_CLIENT_DATA: 1n << 21n,
  CAN_HANDLE_EXPIRED_PASSWORDS: 1n << 22n,
  SESSION_TRACK: 1n << 23n,
  DEPRECATE_EOF: 1n << 24n,
  OPTIONAL_RESULTSET_METADATA: 1n << 25n,
  ZSTD_COMPRESSION_ALGORITHM: 1n << 26n,
  QUERY_ATTRIBUTES: 1n << 27n,
  MULTI_FACTOR_AUTHENTICATION: 1n << 28n,
  CAPABILITY_EXTENSION: 1n << 29n,
  SSL_VERIFY_SERVER_CERT: 1n << 30n,
  REMEMBER_OPTIONS: 1n << 31n,
  MARIADB_PROGRESS: 1n << 32n,
  MARIADB_COM_MULTI: 1n << 33n,
  MARIADB_STMT_BULK_OPERATIONS: 1n << 34n,
  MARIADB_EXTENDED_METADATA: 1n << 35n,
  MARIADB_CACHE_METADATA: 1n << 36n,
  MARIADB_BULK_UNIT_RESULTS: 1n << 37n,
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
