import type { Readable } from 'node:stream';

/** What the store says of an object. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/**
 * The source of truth: everything that the queue and the status store hold can be rebuilt from it. Keys are `/`-separated
 * relative paths. A key is either absent or complete: no reader ever sees half an object. Every failure of the store itself
 * is a HepastageError STORE_UNAVAILABLE; an error of the source stream is passed on as it is.
 */
export interface ObjectStore {
  /** For logs: `directory /var/lib/hepastage` or `s3 bucket hepastage`. */
  readonly description: string;
  /** Streams `source` to `key` with backpressure, replacing what is there. On any error nothing is left at `key`, and `source` is destroyed. */
  write(key: string, source: Readable, options?: WriteOptions): Promise<StoredObject>;
  /** Writes a small object that is in memory already. */
  writeBytes(key: string, bytes: Uint8Array, options?: WriteOptions): Promise<StoredObject>;
  /** The object as a stream, or undefined if it is absent. */
  read(
    key: string,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly stream: Readable } | undefined>;
  /** The whole object, or undefined if it is absent. Refuses, before reading, what is larger than `bytesMax`. */
  readBytes(key: string, bytesMax: number, signal?: AbortSignal): Promise<Buffer<ArrayBuffer> | undefined>;
  /** Every object whose key begins with `prefix`, in key order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Erases every object whose key begins with `prefix`; none is no error. */
  erase(prefix: string): Promise<void>;
  /** Throws unless the store can be reached and written to. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface WriteOptions {
  readonly mediaType?: string;
  readonly signal?: AbortSignal;
}
