import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseConfig } from '@hepastage/platform';
import { Type } from 'typebox';
import { admissionSettings } from '../../services/api/src/admission/admission-settings.ts';
import { sweepSettings } from '../../services/api/src/jobs/sweep-settings.ts';
import { workerConfig } from '../../services/worker/src/config.ts';
import { assumptionsFrom, parametersOf } from './assumptions.ts';
import { readMeasured } from './measured.ts';
import { settingsOf } from './settings.ts';

const root = new URL('../../', import.meta.url);
const measured = await readMeasured();
const assumed = parametersOf(assumptionsFrom(measured));
const settings = (file: string) => readFile(new URL(`infra/k8s/${file}`, root), 'utf8');

/** The number after the first `name` that stands after `after`. */
function numberOf(text: string, name: string, after = ''): number {
  const from = text.slice(text.indexOf(after));
  const value = new RegExp(`\\b${name}\\b['"]?[:=]\\s*['"]?(\\d+)`).exec(from)?.[1];
  assert.ok(value !== undefined && text.includes(after), `there is no ${name}`);
  return Number(value);
}

test('what is said to be configured is what the services have by default', () => {
  const worker = parseConfig(workerConfig, {});
  const api = parseConfig(Type.Object({ ...admissionSettings, ...sweepSettings }), {});
  assert.deepEqual(
    {
      batchSlicesMax: assumed.batchSlicesMax,
      batchDelay: 1_000 * assumed.batchDelay,
      jobAttempts: assumed.jobAttempts,
      lockSeconds: assumed.lockSeconds,
      stalledMax: assumed.stalledMax,
      shutdownMax: assumed.shutdownMax,
      admissionSeconds: 1_000 * assumed.admissionSeconds,
      queueAgeMax: assumed.queueAgeMax,
      admissionRetry: assumed.admissionRetry,
      sweepSeconds: assumed.sweepSeconds,
    },
    {
      batchSlicesMax: worker.batchSlicesMax,
      batchDelay: worker.batchDelayMsMax,
      jobAttempts: worker.jobAttempts,
      lockSeconds: worker.lockSeconds,
      stalledMax: worker.stalledMax,
      shutdownMax: worker.shutdownSecondsMax,
      admissionSeconds: api.admissionMs,
      queueAgeMax: api.queueAgeSecondsMax,
      admissionRetry: api.admissionRetrySeconds,
      sweepSeconds: api.sweepSeconds,
    },
  );
});

test('what is said to be configured is what infra/k8s has', async () => {
  const [scaled, worker, env, api, horizontal] = await Promise.all([
    settings('components/autoscaling/worker.yaml'),
    settings('base/worker/deployment.yaml'),
    settings('base/worker/settings.env'),
    settings('base/api/deployment.yaml'),
    settings('components/autoscaling/api.yaml'),
  ]);
  assert.deepEqual(
    {
      workersMin: numberOf(scaled, 'minReplicaCount'),
      workersMax: numberOf(scaled, 'maxReplicaCount'),
      jobsPerWorker: numberOf(scaled, 'threshold'),
      pollSeconds: numberOf(scaled, 'pollingInterval'),
      cooldown: numberOf(scaled, 'cooldownPeriod'),
      stabilisation: numberOf(scaled, 'stabilizationWindowSeconds', 'scaleDown:'),
      downPods: numberOf(scaled, 'value', 'scaleDown:'),
      downPeriod: numberOf(scaled, 'periodSeconds', 'scaleDown:'),
      upPods: numberOf(scaled, 'value', 'scaleUp:'),
      upPeriod: numberOf(scaled, 'periodSeconds', 'scaleUp:'),
      coresPerWorker: numberOf(worker, 'cpu', 'requests:'),
      jobsInFlight: numberOf(env, 'HEPASTAGE_JOBS_IN_FLIGHT'),
      imagingThreads: numberOf(env, 'HEPASTAGE_IMAGING_THREADS'),
      apiCores: numberOf(api, 'cpu', 'requests:') / 1_000,
      apiUtilisation: numberOf(horizontal, 'averageUtilization') / 100,
    },
    Object.fromEntries(
      (
        [
          'workersMin',
          'workersMax',
          'jobsPerWorker',
          'pollSeconds',
          'cooldown',
          'stabilisation',
          'downPods',
          'downPeriod',
          'upPods',
          'upPeriod',
          'coresPerWorker',
          'jobsInFlight',
          'imagingThreads',
          'apiCores',
          'apiUtilisation',
        ] as const
      ).map((name) => [name, assumed[name]]),
    ),
  );
});

test('an assumption is set by its name; what is none, or makes no sense, is refused', () => {
  assert.equal(settingsOf(measured, ['workersMin=2', 'gpu=1']).parameters.workersMin, 2);
  for (const [wrong, why] of [
    ['workers=2', /no NAME=VALUE/],
    ['toString=2', /no NAME=VALUE/],
    ['workersMin', /no NAME=VALUE/],
    ['workersMin=-1', /a number from 0/],
    ['workersMin=many', /a number from 0/],
    ['workersMin=11', /at least workersMin/],
    ['pollSeconds=0', /more than 0/],
    ['statShare=2', /at most 1/],
  ] as const)
    assert.throws(() => settingsOf(measured, [wrong]), why);
});
