import { setTimeout as delay } from 'node:timers/promises';
import type { S3Fault } from '../system/s3-fault-proxy.ts';
import type { Scenario } from '../scenario.ts';

/** Everything that goes wrong between the services and an S3 server, each once and one after the other, with a moment of peace in between; the longest is that it is stopped. */
export const s3Faults: Scenario = {
  name: 's3-faults',
  shape: { store: 's3', workers: 2 },
  uploadMsMax: 2_000,
  healsItself: false,
  forgets: false,
  async breakThings({ system: { proxy }, random, over, outageMs, broke }) {
    if (proxy === undefined) throw new Error('there is no way to S3 to break');
    const faults: readonly (readonly [S3Fault, ms: number])[] = [
      [{ kind: 'lose-answers', share: 0.2 }, 4_000],
      [{ kind: 'cut-requests', share: 0.2 }, 4_000],
      [{ kind: 'refuse' }, outageMs],
      [{ kind: 'cut-responses', share: 0.2 }, 4_000],
      [{ kind: 'error', share: 0.5 }, 4_000],
      [{ kind: 'slow', bytesPerSecond: 50_000 }, 4_000],
      [{ kind: 'hang' }, 4_000],
    ];
    for (const [fault, ms] of faults) {
      await delay(500 + random() * 1_000);
      if (over.aborted) return;
      await proxy.set(fault);
      broke(JSON.stringify(fault));
      await delay(ms * (0.5 + random() / 2), undefined, { signal: over }).catch(() => undefined);
      await proxy.set({ kind: 'none' });
    }
  },
};
