import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scaler } from './scaler.ts';

const model = {
  min: 0,
  max: 10,
  jobsPerPod: 8,
  cooldown: 900,
  stabilisation: 900,
  downPods: 1,
  downPeriod: 60,
  upPods: 4,
  upPeriod: 60,
};
const look = 15;

/** Pods after each look. */
function series(jobs: (now: number) => number, seconds: number): number[] {
  const scaler = new Scaler(model);
  const pods = [0];
  for (let now = 0; now < seconds; now += look) pods.push(scaler.decide(now, jobs(now), pods.at(-1)!));
  return pods.slice(1);
}

test('up by no more than four pods a minute, to the most there may be', () => {
  assert.deepEqual(
    series(() => 1_000, 10 * look),
    [1, 5, 5, 5, 5, 9, 9, 9, 9, 10],
  );
});

test('a count that is off by a tenth stays', () => {
  const scaler = new Scaler(model);
  assert.equal(scaler.decide(0, 4 * 8 + 3, 4), 4);
  assert.equal(scaler.decide(15, 4 * 8 + 4, 4), 5);
});

test('down after the stabilisation, by one pod a minute; the last one after the cooldown', () => {
  const pods = series((now) => (now < 120 ? 40 : now < 2_400 ? 1 : 0), 4_000);
  const at = (seconds: number) => pods[seconds / look];
  assert.equal(at(105), 5);
  assert.equal(at(1_005), 5, 'within 15 minutes of the last need for five');
  assert.deepEqual([at(1_020), at(1_080), at(1_140), at(1_200)], [4, 3, 2, 1]);
  assert.equal(at(3_270), 1, 'the last study went at 2385');
  assert.equal(at(3_285), 0);
});
