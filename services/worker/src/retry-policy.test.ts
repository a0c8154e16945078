import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { isCharged, mayRetry, retryDelayMs } from './retry-policy.ts';

const limits = { retryHours: 24, jobAttempts: 3 };
const hourMs = 3_600_000;
const failed = (code: ErrorCode) => new HepastageError(code, { what: 'it went wrong' });
const queued = (hoursAgo: number, attemptsMade = 0) => ({
  timestamp: Date.now() - hoursAgo * hourMs,
  attemptsMade,
});

test('what is no fault of the study is tried again by age, however often it was tried', () => {
  const { STORE_UNAVAILABLE, STORE_DENIED, STORE_FULL, QUEUE_UNAVAILABLE, QUEUE_FULL } = ErrorCode;
  for (const code of [STORE_UNAVAILABLE, STORE_DENIED, STORE_FULL, QUEUE_UNAVAILABLE, QUEUE_FULL]) {
    assert.ok(mayRetry(failed(code), queued(23, 1_000), limits));
    assert.ok(!mayRetry(failed(code), queued(25), limits));
    assert.ok(!isCharged(failed(code)));
  }
});

test('what may be the study’s fault is tried again so many times, whatever its age', () => {
  const { INFERENCE_FAILED, OUT_OF_MEMORY, INTERNAL, JOB_TIMEOUT } = ErrorCode;
  for (const code of [INFERENCE_FAILED, OUT_OF_MEMORY, INTERNAL, JOB_TIMEOUT]) {
    assert.deepEqual(
      [0, 1, 2, 3].map((made) => mayRetry(failed(code), queued(48, made), limits)),
      [true, true, false, false],
    );
    assert.ok(isCharged(failed(code)));
  }
});

test('what is the study’s fault, or lost, is not tried again', () => {
  for (const code of [ErrorCode.CORRUPT_GZIP, ErrorCode.MODEL_NOT_FOUND, ErrorCode.INPUT_LOST]) {
    assert.ok(!mayRetry(failed(code), queued(0), limits));
  }
});

test('an attempt that another worker goes on with is neither the last nor charged', () => {
  for (const code of [ErrorCode.NOT_READY, ErrorCode.JOB_SUPERSEDED]) {
    assert.ok(mayRetry(failed(code), queued(100, 100), { retryHours: 0, jobAttempts: 1 }));
    assert.ok(!isCharged(failed(code)));
  }
});

test('pauses double up to a minute, and differ', () => {
  for (const [tries, longest] of [
    [1, 1_000],
    [2, 2_000],
    [6, 32_000],
    [7, 60_000],
    [5_000, 60_000],
  ] as const) {
    const pauses = Array.from({ length: 200 }, () => retryDelayMs(tries));
    assert.ok(Math.min(...pauses) >= longest / 2);
    assert.ok(Math.max(...pauses) <= longest);
    assert.ok(new Set(pauses).size > 10);
  }
});
