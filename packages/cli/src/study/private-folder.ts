import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { systemReason } from '../system-reason.ts';

export interface PrivateFolder extends AsyncDisposable {
  readonly path: string;
}

/** What ends a process that does not ask to be told. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A new folder that nobody else may read: patients' images lie in it. It is gone at the end of the scope, and after every other end but SIGKILL.
 * Throws INVALID_REQUEST where it can't be made.
 */
export async function privateFolder(): Promise<PrivateFolder> {
  const path = await mkdtemp(join(tmpdir(), 'hepastage-study-')).catch((error: unknown) => {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'a temporary folder can’t be made',
      received: systemReason(error),
      action: 'set TMPDIR to a folder that you may write to',
    });
  });
  const removeNow = () => rmSync(path, { recursive: true, force: true });
  const endBySignal = (signal: NodeJS.Signals) => {
    removeNow();
    stopWatching();
    // Now nobody listens any more: it ends the process as it would have without us.
    process.kill(process.pid, signal);
  };
  const stopWatching = () => {
    process.off('exit', removeNow);
    for (const signal of endingSignals) process.off(signal, endBySignal);
  };
  process.on('exit', removeNow);
  for (const signal of endingSignals) process.on(signal, endBySignal);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      stopWatching();
    },
  };
}
