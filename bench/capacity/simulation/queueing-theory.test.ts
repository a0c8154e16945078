import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chancesOf } from './random.ts';
import { simulate } from './simulate.ts';
import { exponentialWork, steadyArrivals, steadyParameters, work } from './testing.ts';

const seed = 3;
const studies = 300_000;
/** Of a mean over so many studies, whose times hang together. */
const tolerance = 0.03;

function assertClose(actual: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(actual / expected - 1) < tolerance,
    `${what}: simulated ${actual.toFixed(4)}, theory ${expected.toFixed(4)}`,
  );
}

const days = 30;

test('one worker with one study in hand is M/M/1: a mean of 1 / (μ − λ)', async () => {
  const { timeToResult, workers } = simulate({
    parameters: await steadyParameters(1, 1, { days }),
    seed,
    draw: exponentialWork('fetch', 1),
    arrivals: steadyArrivals(0.7, studies, chancesOf(seed + 1).arrivals),
  });
  assertClose(timeToResult.routine.mean, 1 / (1 - 0.7), 'mean time');
  // Its 95th percentile is that of an exponential distribution.
  assertClose(timeToResult.routine.p95, Math.log(20) / (1 - 0.7), 'p95');
  assert.equal(workers.max, 1);
});

for (const [pods, inHand] of [
  [4, 1],
  [1, 4],
  [2, 2],
] as const) {
  test(`${pods} workers with ${inHand} studies in hand each are M/M/4: the mean wait of Erlang’s C formula`, async () => {
    const perSecond = 3.2;
    const { wait } = simulate({
      parameters: await steadyParameters(pods, inHand, { days }),
      seed,
      draw: exponentialWork('fetch', 1),
      arrivals: steadyArrivals(perSecond, studies, chancesOf(seed + 1).arrivals),
    });
    assertClose(wait.routine.mean, erlangC(4, perSecond) / (4 - perSecond), 'mean wait');
  });
}

test('studies that share a core are M/G/1 with processor sharing: s / (1 − ρ), however the times are distributed', async () => {
  const parameters = await steadyParameters(1, 200, { coresPerWorker: 1, days });
  for (const draw of [exponentialWork('finish', 1), () => work({ finish: 1 })]) {
    const { timeToResult, workers } = simulate({
      parameters,
      seed,
      draw,
      arrivals: steadyArrivals(0.6, studies, chancesOf(seed + 1).arrivals),
    });
    assertClose(timeToResult.routine.mean, 1 / (1 - 0.6), 'mean time');
    assertClose(workers.coreUtilisation, 0.6, 'utilisation');
  }
});

test('STAT studies overtake those that wait, as in M/M/1 with two priorities', async () => {
  const [perSecond, statShare] = [0.8, 0.3];
  const { wait } = simulate({
    parameters: await steadyParameters(1, 1, { statShare, days }),
    seed,
    draw: exponentialWork('fetch', 1),
    arrivals: steadyArrivals(perSecond, studies, chancesOf(seed + 1).arrivals),
  });
  // Cobham: the work in service, over what each class leaves.
  const [stat, all] = [perSecond * statShare, perSecond];
  assertClose(wait.stat.mean, all / (1 - stat), 'STAT');
  assertClose(wait.routine.mean, all / (1 - stat) / (1 - all), 'routine');
});

test('full batches carry as many studies as they have room for', async () => {
  const slices = 8;
  const { timeToResult } = simulate({
    parameters: await steadyParameters(1, 64, {
      gpu: 1,
      gpuRun: 0.1,
      encoderSlice: 0.1,
      gpuSpeed: 100,
      batchSlicesMax: 16,
      days: 1,
    }),
    seed,
    draw: () => work({ slices }),
    // All at once: only the encoders limit them.
    arrivals: steadyArrivals(1e6, 1_000, chancesOf(seed + 1).arrivals),
  });
  // Two encoders, four slices of a study each: four studies a batch, two batches for them.
  assertClose(timeToResult.routine.max, (1_000 / 4) * 2 * (0.1 + 16 * 0.001), 'time until the last');
});

/** Probability that all of `servers` are busy at `load` Erlang. */
function erlangC(servers: number, load: number): number {
  let term = 1;
  let sum = 0;
  for (let n = 0; n < servers; n++) {
    sum += term;
    term *= load / (n + 1);
  }
  const busy = term / (1 - load / servers);
  return busy / (sum + busy);
}
