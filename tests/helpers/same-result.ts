import assert from 'node:assert/strict';
import type { StagingResult } from '@hepastage/proto';

/** Probabilities of a study and of its twin in another format differ by less. */
const differenceMax = 1e-4;

export function assertSameResult(result: StagingResult, twin: StagingResult): void {
  assert.equal(result.stage, twin.stage);
  assert.equal(result.probabilities.length, twin.probabilities.length);
  for (const [n, { stage, probability }] of result.probabilities.entries()) {
    const other = twin.probabilities[n]?.probability ?? Number.NaN;
    assert.ok(Math.abs(probability - other) < differenceMax, `${stage}: ${probability} against ${other}`);
  }
}
