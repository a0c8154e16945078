import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pauseMs, retryAfterMs } from './retry-schedule.ts';

const schedule = [5, 300, 1_800];
const exactly = () => 0;

test('pauses follow the schedule, a little later as chance has it, and end', () => {
  assert.equal(pauseMs(schedule, 1, 0, exactly), 5_000);
  assert.equal(
    pauseMs(schedule, 2, 0, () => 0.5),
    330_000,
  );
  assert.equal(
    pauseMs(schedule, 3, 0, () => 1),
    2_160_000,
  );
  assert.equal(pauseMs(schedule, 4), undefined);
  assert.equal(pauseMs([], 1), undefined);
});

test('a target gets the time that it asks for, up to the longest pause', () => {
  assert.equal(pauseMs(schedule, 1, 60_000, exactly), 60_000);
  assert.equal(pauseMs(schedule, 2, 60_000, exactly), 300_000);
  assert.equal(pauseMs(schedule, 1, 86_400_000, exactly), 1_800_000);
  assert.equal(pauseMs(schedule, 4, 60_000), undefined);
});

test('Retry-After is seconds or a date', () => {
  const now = new Date('2026-01-02T03:04:05Z');
  assert.equal(retryAfterMs('120', now), 120_000);
  assert.equal(retryAfterMs('Fri, 02 Jan 2026 03:05:05 GMT', now), 60_000);
  for (const none of [undefined, '', 'soon', '-5', '0', 'Fri, 02 Jan 2026 03:04:00 GMT', '9'.repeat(400)]) {
    assert.equal(retryAfterMs(none, now), undefined, none);
  }
});
