import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  type ServerSideEncryption,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** The object that a stream becomes. */
export interface UploadTarget {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType?: string;
  /** How it is encrypted: see `encryptionFields`. */
  readonly ServerSideEncryption?: ServerSideEncryption;
  readonly SSEKMSKeyId?: string;
  readonly BucketKeyEnabled?: boolean;
}

interface Part {
  /** Valid until the next part is asked for. */
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/**
 * Streams `source` into an object and returns its number of bytes. All that an upload holds in memory is one buffer of `partBytes`, which each part is gathered
 * in and sent from; while it is sent, the source waits. A source that fits into one part becomes a plain PUT. On any error no part is left behind; a part that is
 * on its way is never aborted, because S3 might keep it all the same.
 */
export async function uploadStream(
  client: S3Client,
  target: UploadTarget,
  source: AsyncIterable<Uint8Array>,
  partBytes: number,
): Promise<number> {
  const parts = partsOf(source, partBytes);
  const { value: first } = await parts.next();
  if (first === undefined) throw new RangeError('a stream has at least one part');
  if (!first.isLast) return uploadParts(client, target, first, parts);
  await client.send(new PutObjectCommand({ ...target, Body: first.bytes }));
  return first.bytes.length;
}

async function uploadParts(
  client: S3Client,
  target: UploadTarget,
  first: Part,
  rest: AsyncGenerator<Part, undefined>,
): Promise<number> {
  const begin = { ...target, ChecksumAlgorithm: ChecksumAlgorithm.CRC32 };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(begin));
  const upload = { Bucket: target.Bucket, Key: target.Key, UploadId };
  try {
    const completed: CompletedPart[] = [];
    let bytes = 0;
    for (let part: Part | undefined = first; part !== undefined; part = (await rest.next()).value) {
      const PartNumber = completed.length + 1;
      const { ETag, ChecksumCRC32 } = await client.send(
        new UploadPartCommand({ ...upload, PartNumber, Body: part.bytes }),
      );
      completed.push({ PartNumber, ETag, ChecksumCRC32 });
      bytes += part.bytes.length;
    }
    const parts = { MultipartUpload: { Parts: completed } };
    await client.send(new CompleteMultipartUploadCommand({ ...upload, ...parts }));
    return bytes;
  } catch (error) {
    // Should that fail, too, `erase` or the bucket's rule for incomplete uploads takes the parts.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

/** The source in parts of `partBytes`, all in the same buffer; the last is shorter, or empty where there was no byte at all. */
async function* partsOf(
  source: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Part, undefined> {
  // A buffer of its own, of which only pages that are written to take memory.
  const buffer = Buffer.allocUnsafeSlow(partBytes);
  let filled = 0;
  for await (const chunk of source) {
    for (let taken = 0; taken < chunk.length;) {
      if (filled === partBytes) {
        yield { bytes: buffer, isLast: false };
        filled = 0;
      }
      const bytes = chunk.subarray(taken, taken + partBytes - filled);
      buffer.set(bytes, filled);
      filled += bytes.length;
      taken += bytes.length;
    }
  }
  yield { bytes: buffer.subarray(0, filled), isLast: true };
  return undefined;
}
