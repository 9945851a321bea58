/** The part of a configuration that names keys in moto. */
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import type { Moto } from './moto.ts'

const region = 'eu-central-1'

export async function kmsConfig(moto: Moto): Promise<string> {
  const client = new KMSClient({ region, endpoint: moto.endpoint })
  const wraps = await client.send(new CreateKeyCommand({}))
  const signs = await client.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  )
  client.destroy()
  const [key, signing] = [wraps.KeyMetadata?.KeyId, signs.KeyMetadata?.KeyId]
  return `keys:
  aws_kms: { key: ${key}, signing_key: ${signing}, region: ${region}, endpoint: '${moto.endpoint}' }
`
}
