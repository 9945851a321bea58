/**
 * Anchors as objects of an S3-compatible store, one each, that nobody can delete or replace while
 * they are locked. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { type Anchor, type AnchorConfig, type AnchorPlace, anchorsIn } from './anchor.ts'

const dayMs = 24 * 3_600_000
const requestMsMax = 10_000

export class S3Anchors implements AnchorPlace {
  readonly name: string
  readonly #config: Extract<AnchorConfig, { kind: 's3' }>
  readonly #client: S3Client

  constructor(config: Extract<AnchorConfig, { kind: 's3' }>) {
    const { bucket, prefix, region, endpoint } = config
    this.name = `s3 ${bucket}/${prefix}`
    this.#config = config
    this.#client = new S3Client({
      ...(region !== undefined && { region }),
      // Other stores than Amazon's know buckets by path.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      maxAttempts: 2,
      requestHandler: {
        connectionTimeout: requestMsMax,
        requestTimeout: requestMsMax,
        throwOnRequestTimeout: true,
      },
    })
  }

  async put(anchor: Anchor, signal: AbortSignal): Promise<void> {
    const { bucket, prefix, lockDays } = this.#config
    const { journal, segment, at, hash } = anchor
    const number = String(segment).padStart(8, '0')
    await this.#client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${prefix}${journal}/${number}-${at}-${hash.slice(0, 16)}.json`,
        Body: `${JSON.stringify(anchor)}\n`,
        ContentType: 'application/json',
        ChecksumAlgorithm: 'SHA256',
        ...(lockDays !== undefined && {
          ObjectLockMode: 'COMPLIANCE',
          ObjectLockRetainUntilDate: new Date(Date.now() + lockDays * dayMs),
        }),
      }),
      { abortSignal: signal },
    )
  }

  async list(): Promise<readonly Anchor[]> {
    const { bucket, prefix } = this.#config
    const anchors: Anchor[] = []
    let token: string | undefined
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      )
      for (const { Key } of page.Contents ?? []) {
        const object = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key }))
        anchors.push(...anchorsIn((await object.Body?.transformToString()) ?? ''))
      }
      token = page.NextContinuationToken
    } while (token !== undefined)
    return anchors
  }

  async close(): Promise<void> {
    this.#client.destroy()
  }
}
