import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMeasured } from '../measured.ts';
import { settingsOf } from '../settings.ts';
import { simulateMeasured } from '../simulate-measured.ts';
import { plan } from './plan.ts';

const measured = await readMeasured();
const planned = (...set: string[]) => plan(measured, settingsOf(measured, set).parameters);

test('what a worker can by the formula is what the simulation does with one that always has work', () => {
  for (const set of [
    [],
    ['encoderWork=100'],
    ['gpu=1', 'encoderWork=500', 'coresPerWorker=4', 'imagingThreads=4', 'jobsInFlight=16'],
  ]) {
    const { workerStudiesPerSecond } = planned(...set);
    const { parameters } = settingsOf(measured, [
      ...set,
      'workersMin=1',
      'workersMax=1',
      'burstShare=0',
      'permanentFailures=0',
      'workerDeaths=0',
      'queueAgeMax=1000000',
      'days=0.1',
      // Twice what it can, from midnight on, when a day has a fifth of its mean.
      `studiesPerDay=${Math.round(2 * 5 * 86_400 * workerStudiesPerSecond)}`,
    ]);
    const { hours } = simulateMeasured(measured, parameters, 1);
    const simulated = hours[1]!.ended / 3_600;
    const ratio = simulated / workerStudiesPerSecond;
    assert.ok(
      ratio > 0.8 && ratio < 1.2,
      `${set.join(' ')}: ${simulated} and ${workerStudiesPerSecond} a second`,
    );
  }
});

test('ten times the studies take ten times of what is shared by studies alone', () => {
  const { rows } = planned();
  const [, some, more] = rows;
  for (const name of ['redisGibibytes', 's3WritesPerSecond', 's3TerabytesKept', 'workerHoursPerDay'] as const)
    assert.ok(Math.abs(more![name] / some![name] - 10) < 1e-9, name);
  assert.ok(rows.every(({ apiPods, workers }) => apiPods >= 2 && workers >= 1));
});

test('the first limit comes first, and keeping fewer days moves those of what is kept', () => {
  const limitOf = (set: string, what: string) =>
    planned(set).limits.find((limit) => limit.what.startsWith(what))!.studiesPerDay;
  const figures = planned().limits.map(({ studiesPerDay }) => studiesPerDay);
  assert.deepEqual(
    figures,
    figures.toSorted((one, other) => one - other),
  );
  assert.ok(limitOf('retentionDays=3', 'the sweep') / limitOf('retentionDays=30', 'the sweep') > 9.9);
  assert.equal(limitOf('retentionDays=3', 'S3 writes'), limitOf('retentionDays=30', 'S3 writes'));
});
