import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Parameters, assumptionsFrom, parametersOf } from '../assumptions.ts';
import { readMeasured } from '../measured.ts';
import { simulateMeasured } from '../simulate-measured.ts';
import type { Outcome } from './outcome.ts';
import { chancesOf } from './random.ts';
import { simulate } from './simulate.ts';
import { steadyArrivals, steadyParameters, work } from './testing.ts';

const measured = await readMeasured();
const run = (set: Partial<Parameters>, seed = 1): Outcome =>
  simulateMeasured(measured, parametersOf(assumptionsFrom(measured), set), seed);

function sum({ stat, routine }: { stat: number; routine: number }): number {
  return stat + routine;
}

/** Every study has one end, and the time in the system adds up. */
function assertConserved(outcome: Outcome): void {
  const { arrived, succeeded, failed, gaveUp, unfinished, littlesLaw } = outcome;
  assert.equal(sum(succeeded) + sum(failed) + gaveUp + unfinished, sum(arrived));
  assert.ok(Math.abs(littlesLaw - 1) < 1e-6, `Little’s law is off by ${littlesLaw - 1}`);
}

test('the same seed gives the same answer, another one another', () => {
  const set = { studiesPerDay: 3_000, workerDeaths: 1, spotLosses: 1, transientFailures: 0.05 };
  assert.deepEqual(run(set), run(set));
  assert.notDeepEqual(run(set, 2), run(set));
});

test('whatever breaks, every study ends once', () => {
  const outcome = run({
    studiesPerDay: 20_000,
    workersMin: 3,
    workersMax: 3,
    workerDeaths: 20,
    spotLosses: 5,
    transientFailures: 0.1,
    permanentFailures: 0.02,
  });
  assertConserved(outcome);
  assert.equal(outcome.unfinished, 0);
  assert.ok(outcome.workerDeaths > 200 && outcome.spotLosses > 50 && outcome.returned > 500);
  // What waits for a lock to run out waits for half a minute, and more.
  assert.ok(outcome.timeToResult.routine.max > 30);
});

test('studies come as the hours and the day of the week have it', () => {
  const { arrived, hours } = run({ studiesPerDay: 50_000, days: 7 });
  const total = arrived.stat + arrived.routine;
  // 5 working days, and a Saturday and a Sunday of 0.3 and 0.25.
  assert.ok(Math.abs(total / (50_000 * 5.55) - 1) < 0.02, `${total} studies`);
  assert.ok(Math.abs(arrived.stat / total - 0.05) < 0.005, `${arrived.stat} of ${total} are STAT`);
  assert.ok(hours[9]!.arrived > 5 * hours[3]!.arrived);
  assert.ok(hours[9]!.arrived > 2 * hours[5 * 24 + 9]!.arrived, 'Saturday');
});

test('more studies than workers can take are turned away, come back and are staged at night', () => {
  const slow = { coreSpeed: 0.03, workersMin: 1, workersMax: 1, burstShare: 0 };
  const outcome = run({ studiesPerDay: 15_000, ...slow });
  assertConserved(outcome);
  assert.equal(outcome.unfinished, 0);
  assert.ok(outcome.turnedAway > 10_000);
  assert.ok(outcome.wait.stat.mean < outcome.wait.routine.mean / 5, 'STAT goes first even then');
  assert.equal(run({ studiesPerDay: 5_000, ...slow }).turnedAway, 0);
});

test('workers go when nothing comes for a cooldown, and come when something does', () => {
  const { hours, workersStarted } = run({ studiesPerDay: 20, burstShare: 0 });
  assert.ok(hours.some(({ workersMax }) => workersMax === 0));
  assert.ok(workersStarted > 1);
});

test('one worker kept ready spares STAT studies the wait for a node', () => {
  const [none, one] = [run({ studiesPerDay: 300 }), run({ studiesPerDay: 300, workersMin: 1 })];
  assert.ok(none.wait.stat.max > 100 && one.wait.stat.max < 30);
  assert.ok(one.workers.hours > none.workers.hours);
});

test('a study that loses as many workers as it may has failed', async () => {
  const { failed, succeeded, workerDeaths } = simulate({
    // Every attempt takes an hour, every worker lives for minutes.
    parameters: await steadyParameters(1, 1, { workerDeaths: 30, stalledMax: 3, days: 1 }),
    seed: 1,
    draw: () => work({ fetch: 3_600 }),
    arrivals: steadyArrivals(1, 5, chancesOf(1).arrivals),
  });
  assert.deepEqual([failed.routine, succeeded.routine], [5, 0]);
  assert.ok(workerDeaths >= 15);
});
