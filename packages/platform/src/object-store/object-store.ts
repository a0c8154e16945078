import type { Readable } from 'node:stream';

/** What the store says of an object. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** What a listing says of an object. */
export interface ListedObject extends StoredObject {
  /** When it was written, by the store's clock. */
  readonly modifiedAt: Date;
}

/**
 * The source of truth: everything that the queue and the status store hold can be rebuilt from it. Keys are `/`-separated
 * relative paths. A key is either absent or complete: no reader ever sees half an object. Every failure of the store itself
 * is a HepastageError: STORE_FULL, STORE_DENIED or STORE_UNAVAILABLE; an error of the source stream is passed on as it is.
 */
export interface ObjectStore {
  /** For logs: `directory /var/lib/hepastage` or `s3 bucket hepastage`. */
  readonly description: string;
  /** Streams `source` to `key` with backpressure, replacing what is there. On any error nothing is left at `key`, and `source` is destroyed. */
  write(key: string, source: Readable, options?: WriteOptions): Promise<StoredObject>;
  /** Writes a small object that is in memory already. */
  writeBytes(key: string, bytes: Uint8Array, options?: WriteOptions): Promise<StoredObject>;
  /**
   * Writes a small object unless there is one at `key`: false then, and that one stays as it was. Of writers at the same time exactly one gets true. (S3: a
   * conditional PUT, `If-None-Match: *`.)
   */
  create(key: string, bytes: Uint8Array, options?: WriteOptions): Promise<boolean>;
  /** The object as a stream, or undefined if it is absent. */
  read(
    key: string,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly stream: Readable } | undefined>;
  /** The whole object, or undefined if it is absent. Refuses, before reading, what is larger than `bytesMax`. */
  readBytes(key: string, bytesMax: number, signal?: AbortSignal): Promise<Buffer<ArrayBuffer> | undefined>;
  /** Every object whose key begins with `prefix`, in key order. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** The names directly below `folder`, which ends with a slash or is empty, that have objects below them: `a`, `b` of `folder/a/x`, `folder/b/y/z`. In order. (A folder whose last object was just erased may still be named: servers other than AWS keep folders.) */
  folders(folder: string): AsyncIterable<string>;
  /** Erases every object whose key begins with `prefix`; none is no error. */
  erase(prefix: string): Promise<void>;
  /** Throws unless the store can be reached and written to. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What taking a study in needs of a store. */
export type ObjectSink = Pick<ObjectStore, 'write' | 'writeBytes' | 'erase'>;

export interface WriteOptions {
  readonly mediaType?: string;
  readonly signal?: AbortSignal;
}
