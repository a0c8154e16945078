import { after } from 'node:test';
import { UploadBudget } from '../../upload/meter.ts';
import { UploadClock } from '../../upload/upload-clock.ts';
import type { BodyLimits } from '../body-reader.ts';

export interface TestedLimits extends BodyLimits {
  /** Bytes of the body so far. */
  readonly counted: () => number;
}

interface LimitsOptions {
  readonly bytesMax?: number;
  readonly idleMsMax?: number;
  /** Aborts when the client goes away. */
  readonly signal?: AbortSignal | undefined;
}

/** Limits of one body that are far away, unless the test that runs says otherwise. */
export function bodyLimits({
  bytesMax = Infinity,
  idleMsMax = 60_000,
  signal = new AbortController().signal,
}: LimitsOptions = {}): TestedLimits {
  let bytes = 0;
  const clock = new UploadClock({ uploadMsMax: 60_000, uploadIdleMsMax: idleMsMax }, signal);
  after(() => clock[Symbol.dispose]());
  return {
    clock,
    budget: new UploadBudget(bytesMax, (more) => (bytes += more)),
    counted: () => bytes,
  };
}
