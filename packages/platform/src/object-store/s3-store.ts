import { addAbortSignal, type Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { HepastageError } from '@hepastage/proto';
import { hasCode } from './error-code.ts';
import { uploadStream } from './multipart-upload.ts';
import { assertKeyPrefix, assertObjectKey } from './object-key.ts';
import type { ListedObject, ObjectStore, StoredObject, WriteOptions } from './object-store.ts';
import { guarded, type OpenObject, readWhole } from './read-object.ts';
import { createS3Clients, s3Defaults, type S3Options } from './s3-client.ts';
import { encryptionFields, type S3Encryption } from './s3-encryption.ts';
import { s3Unavailable } from './s3-error.ts';
import { storeUnavailable } from './store-error.ts';

/** Objects in an S3 bucket that exists already, below `prefix` (empty, or ending with a slash). */
export class S3Store implements ObjectStore {
  readonly description: string;
  readonly #client: S3Client;
  /** For objects that somebody else reads, at a pace of his own. */
  readonly #reader: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #partBytes: number;
  readonly #encryption: S3Encryption | undefined;

  constructor(bucket: string, prefix: string, options: S3Options = {}) {
    const { brisk, reading } = createS3Clients(options);
    this.#client = brisk;
    this.#reader = reading;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#partBytes = options.partBytes ?? s3Defaults.partBytes;
    this.#encryption = options.encryption;
    this.description = `s3 bucket ${bucket}${prefix === '' ? '' : `, prefix ${prefix}`}`;
  }

  async write(key: string, source: Readable, options: WriteOptions = {}): Promise<StoredObject> {
    let sourceError: Error | undefined;
    source.once('error', (error) => (sourceError = error));
    try {
      // An abort is a source that fails: the upload cleans up behind itself then.
      if (options.signal !== undefined) addAbortSignal(options.signal, source);
      const bytes = await uploadStream(this.#client, this.#newObject(key, options), source, this.#partBytes);
      return { key, bytes };
    } catch (error) {
      if (sourceError !== undefined) throw sourceError;
      throw isFaultOfCaller(error) ? error : this.#unavailable(error);
    } finally {
      source.destroy();
    }
  }

  async writeBytes(key: string, bytes: Uint8Array, options: WriteOptions = {}): Promise<StoredObject> {
    const put = new PutObjectCommand({ ...this.#newObject(key, options), Body: bytes });
    await this.#answered(this.#client.send(put, abortOptions(options.signal)), options.signal);
    return { key, bytes: bytes.byteLength };
  }

  async create(key: string, bytes: Uint8Array, options: WriteOptions = {}): Promise<boolean> {
    const put = new PutObjectCommand({ ...this.#newObject(key, options), Body: bytes, IfNoneMatch: '*' });
    try {
      await this.#client.send(put, abortOptions(options.signal));
      return true;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!isConflict(error)) throw this.#unavailable(error);
      return this.#isOurs(key, bytes);
    }
  }

  /** A PUT whose answer was lost is sent again by the SDK, and then meets itself. What is written this way is never written alike by two. */
  async #isOurs(key: string, bytes: Uint8Array): Promise<boolean> {
    const present = await this.readBytes(key, Number.MAX_SAFE_INTEGER);
    return present !== undefined && present.equals(bytes);
  }

  async read(key: string, signal?: AbortSignal): Promise<OpenObject | undefined> {
    return this.#open(this.#reader, key, signal);
  }

  async readBytes(key: string, bytesMax: number, signal?: AbortSignal) {
    const object = await this.#open(this.#client, key, signal);
    return object && readWhole(key, object, bytesMax);
  }

  async #open(client: S3Client, key: string, signal?: AbortSignal): Promise<OpenObject | undefined> {
    const get = new GetObjectCommand(this.#target(key));
    const reply = await this.#answered(
      client.send(get, abortOptions(signal)).catch((error: unknown) => {
        if (!(error instanceof NoSuchKey)) throw error;
      }),
      signal,
    );
    if (reply === undefined) return undefined;
    const stream = reply.Body as Readable;
    return {
      bytes: reply.ContentLength ?? 0,
      stream: guarded(stream, (error) => this.#unavailable(error), signal),
    };
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    for await (const page of this.#pages(prefix)) yield* page;
  }

  async *folders(folder: string): AsyncGenerator<string> {
    assertKeyPrefix(folder);
    const Prefix = this.#prefix + folder;
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix, Delimiter: '/' },
    );
    try {
      for await (const { CommonPrefixes: prefixes = [] } of pages) {
        for (const { Prefix: found = '' } of prefixes) yield found.slice(Prefix.length, -1);
      }
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  /** Erases unfinished uploads too: a process that died while it wrote leaves parts that no listing of objects shows. */
  async erase(prefix: string): Promise<void> {
    for await (const page of this.#pages(prefix)) {
      if (page.length > 0) await this.#answered(this.#deleteBatch(page.map(({ key }) => this.#prefix + key)));
    }
    await this.#answered(this.#abortUploads(this.#prefix + prefix));
  }

  /** Always the same object: a process that dies on the way leaves nothing that the next one does not take away. */
  async check(): Promise<void> {
    const probe = { Bucket: this.#bucket, Key: `${this.#prefix}.check` };
    const put = { ...probe, ...encryptionFields(this.#encryption), Body: Buffer.of(0) };
    await this.#answered(this.#client.send(new PutObjectCommand(put)));
    await this.#answered(this.#client.send(new DeleteObjectCommand(probe)));
  }

  async close(): Promise<void> {
    this.#client.destroy();
    this.#reader.destroy();
  }

  #target(key: string) {
    assertObjectKey(key);
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  /** Every write says how it is encrypted: a bucket may refuse those that don't. */
  #newObject(key: string, { mediaType }: WriteOptions) {
    return {
      ...this.#target(key),
      ...encryptionFields(this.#encryption),
      ...(mediaType === undefined ? {} : { ContentType: mediaType }),
    };
  }

  /** Objects as S3 lists them, up to 1,000 at a time: as many as one request may delete. */
  async *#pages(prefix: string): AsyncGenerator<ListedObject[]> {
    assertKeyPrefix(prefix);
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: this.#prefix + prefix },
    );
    try {
      for await (const { Contents: objects = [] } of pages) {
        yield objects.map(({ Key = '', Size = 0, LastModified = new Date() }) => ({
          key: Key.slice(this.#prefix.length),
          bytes: Size,
          modifiedAt: LastModified,
        }));
      }
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  async #deleteBatch(keys: readonly string[]): Promise<void> {
    const { Errors: failures = [] } = await this.#client.send(
      new DeleteObjectsCommand({
        Bucket: this.#bucket,
        Delete: { Objects: keys.map((key) => ({ Key: key })), Quiet: true },
      }),
    );
    const [failure] = failures;
    if (failure === undefined) return;
    throw storeUnavailable({
      what: `${failures.length} of ${keys.length} objects could not be deleted`,
      where: this.description,
      received: failure.Code ?? 'unknown error',
      action: 'try again',
    });
  }

  async #abortUploads(prefix: string): Promise<void> {
    const list = new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: prefix });
    let more = true;
    while (more) {
      const { Uploads: uploads = [], IsTruncated } = await this.#client.send(list);
      for (const { Key, UploadId } of uploads) {
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }));
      }
      more = IsTruncated === true;
    }
  }

  async #answered<T>(operation: Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#unavailable(error);
    }
  }

  #unavailable(error: unknown) {
    return error instanceof HepastageError ? error : s3Unavailable(error, this.description);
  }
}

function abortOptions(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** There is such an object; or (409) somebody is making it at this moment. */
function isConflict(error: unknown): boolean {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  return status === 412 || status === 409;
}

/** A bad key, or a source that was destroyed while it was read: neither is S3's. */
function isFaultOfCaller(error: unknown): boolean {
  return error instanceof RangeError || hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE');
}
