/**
 * What a MySQL server keeps for mysql_native_password: SHA-1 twice, without a salt. Whoever gets
 * hold of it can find a weak password quickly, so that it exists only where it is asked for.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html
 */
import { createHash } from 'node:crypto'

/** 20 bytes. */
export function nativePassword(password: string): Buffer {
  return sha1(sha1(Buffer.from(password)))
}

function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest()
}
