import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assumptionsFrom, parametersOf } from '../assumptions.ts';
import { readMeasured } from '../measured.ts';
import { typicalStudies, workOf } from '../measured-figures.ts';
import { arrivalsAt } from '../simulation/arrivals.ts';
import { simulate } from '../simulation/simulate.ts';
import { drawnFrom } from '../simulation/work.ts';
import { workerDefaults } from './validate.ts';

const measured = await readMeasured();
/** So many studies wait when the worker begins. */
const studies = 2_000;

// What was measured alone goes in, what was measured with a full queue must come out.
test('a simulated worker gets through a full queue as fast as the real one did', (context) => {
  const { cores } = measured.machine;
  const { alone, saturated } = typicalStudies(measured);
  const { timeToResult } = simulate({
    parameters: parametersOf(assumptionsFrom(measured), {
      ...workerDefaults,
      coresPerWorker: cores,
      imagingThreads: cores,
      workersMin: 1,
      workersMax: 1,
      permanentFailures: 0,
      transientFailures: 0,
      workerDeaths: 0,
    }),
    seed: 1,
    draw: drawnFrom(workOf(alone)),
    // All at once.
    arrivals: arrivalsAt(Array.from({ length: studies }, () => 0)),
  });
  const simulated = studies / timeToResult.routine.max;
  const ratio = simulated / saturated.studiesPerSecond;
  context.diagnostic(
    `${simulated.toFixed(2)} studies a second, measured ${saturated.studiesPerSecond.toFixed(2)}: ratio ${ratio.toFixed(2)}`,
  );
  assert.ok(ratio > 0.7 && ratio < 1.4, `ratio ${ratio}`);
});
