/**
 * Channel binding `tls-server-end-point`: a hash of the server's certificate, made with the hash
 * of the certificate's own signature, where MD5 and SHA-1 count as SHA-256.
 * https://www.rfc-editor.org/rfc/rfc5929#section-4.1
 *
 *   Certificate  ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
 *   AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
 */
import { createHash } from 'node:crypto'
import { ByteReader } from './bytes.ts'

/** Undefined when the signature has no hash that the RFC could name, as with Ed25519. */
export function certificateHash(certificate: Buffer): Buffer | undefined {
  const algorithm = signatureHash(certificate)
  if (algorithm === undefined) return undefined
  return createHash(algorithm).update(certificate).digest()
}

/** By the hexadecimal content of the algorithm's object identifier. */
const hashBySignature: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010104', 'sha256'], // md5WithRSAEncryption
  ['2a864886f70d010105', 'sha256'], // sha1WithRSAEncryption
  ['2a864886f70d01010e', 'sha224'], // sha224WithRSAEncryption
  ['2a864886f70d01010b', 'sha256'], // sha256WithRSAEncryption
  ['2a864886f70d01010c', 'sha384'], // sha384WithRSAEncryption
  ['2a864886f70d01010d', 'sha512'], // sha512WithRSAEncryption
  ['2a8648ce3d0401', 'sha256'], // ecdsa-with-SHA1
  ['2a8648ce3d040301', 'sha224'], // ecdsa-with-SHA224
  ['2a8648ce3d040302', 'sha256'], // ecdsa-with-SHA256
  ['2a8648ce3d040303', 'sha384'], // ecdsa-with-SHA384
  ['2a8648ce3d040304', 'sha512'], // ecdsa-with-SHA512
])

/** RSASSA-PSS names its hash in the parameters. */
const rsassaPss = '2a864886f70d01010a'

const hashByIdentifier: ReadonlyMap<string, string> = new Map([
  ['2b0e03021a', 'sha256'], // id-sha1
  ['608648016503040204', 'sha224'],
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
])

const Tag = { Sequence: 0x30, ObjectIdentifier: 0x06, Context0: 0xa0 } as const

function signatureHash(der: Buffer): string | undefined {
  const certificate = element(new ByteReader(der), Tag.Sequence)
  if (certificate === undefined) return undefined
  const toBeSigned = element(certificate, Tag.Sequence)
  const algorithm = toBeSigned && element(certificate, Tag.Sequence)
  const identifier = algorithm && element(algorithm, Tag.ObjectIdentifier)?.rest().toString('hex')
  if (algorithm === undefined || identifier === undefined) return undefined
  if (identifier === rsassaPss) return pssHash(algorithm)
  return hashBySignature.get(identifier)
}

/** RFC 4055: `[0] AlgorithmIdentifier`, and SHA-1 when it is left out. */
function pssHash(algorithm: ByteReader): string | undefined {
  const parameters = element(algorithm, Tag.Sequence)
  const explicit = parameters && element(parameters, Tag.Context0)
  if (explicit === undefined) return parameters && 'sha256'
  const identifier = element(explicit, Tag.Sequence)
  const hash = identifier && element(identifier, Tag.ObjectIdentifier)?.rest().toString('hex')
  return hash === undefined ? undefined : hashByIdentifier.get(hash)
}

/** The content of the next DER element, if it has that tag and is whole. */
function element(reader: ByteReader, tag: number): ByteReader | undefined {
  if (reader.left < 2 || reader.uint8() !== tag) return undefined
  const short = reader.uint8()
  let length = short
  if (short >= 0x80) {
    const octets = short - 0x80
    if (octets < 1 || octets > 4 || octets > reader.left) return undefined
    length = reader.slice(octets).readUIntBE(0, octets)
  }
  return length > reader.left ? undefined : new ByteReader(reader.slice(length))
}
