import { finished, type Readable } from 'node:stream';
import { HepastageError } from '@hepastage/proto';
import { uploadAborted } from '../upload/upload-clock.ts';

/** Tells once that a request's body will not go on: it broke off, or `signal` says that nobody waits for it. Returns how to stop watching. */
export function watchBody(
  body: Readable,
  signal: AbortSignal | undefined,
  onBroken: (error: unknown) => void,
): () => void {
  const stopListening = finished(body, { writable: false }, (error) => {
    if (error instanceof Error) onBroken(error instanceof HepastageError ? error : uploadAborted(error));
  });
  const onAbort = () => onBroken(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  return () => {
    stopListening();
    signal?.removeEventListener('abort', onAbort);
  };
}
