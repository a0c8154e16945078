import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counter, gauge, histogram } from './instruments.ts';
import { createRegistry } from './registry.ts';

/** The samples of one metric, without its buckets, as a scrape reads them. */
async function scraped(registry: ReturnType<typeof createRegistry>, name: string): Promise<string[]> {
  const page = await registry.metrics();
  return page.split('\n').filter((line) => line.startsWith(name) && !line.includes('_bucket{'));
}

test('a counter begins at 0 for every value that its label is known to have', async () => {
  const registry = createRegistry('test');
  const accepted = counter(registry, 'hepastage_accepted_studies_total');
  accepted.inc({ door: 'rest' }, 2);
  assert.deepEqual(await scraped(registry, 'hepastage_accepted_studies_total'), [
    'hepastage_accepted_studies_total{door="rest",service="test"} 2',
    'hepastage_accepted_studies_total{door="dicomweb",service="test"} 0',
  ]);
});

test('a counter with a label whose values are not known begins with its first event', async () => {
  const registry = createRegistry('test');
  const jobs = counter(registry, 'hepastage_jobs_total');
  assert.deepEqual(await scraped(registry, 'hepastage_jobs_total'), []);
  jobs.inc({ outcome: 'failed', reason: 'JOB_TIMEOUT' });
  assert.deepEqual(await scraped(registry, 'hepastage_jobs_total'), [
    'hepastage_jobs_total{outcome="failed",reason="JOB_TIMEOUT",service="test"} 1',
  ]);
});

test('a histogram begins at 0, too, for all combinations', async () => {
  const registry = createRegistry('test');
  histogram(registry, 'hepastage_time_to_result_seconds').observe(
    { priority: 'stat', outcome: 'succeeded' },
    3,
  );
  assert.deepEqual(await scraped(registry, 'hepastage_time_to_result_seconds_count'), [
    'hepastage_time_to_result_seconds_count{service="test",priority="routine",outcome="succeeded"} 0',
    'hepastage_time_to_result_seconds_count{service="test",priority="routine",outcome="failed"} 0',
    'hepastage_time_to_result_seconds_count{service="test",priority="stat",outcome="succeeded"} 1',
    'hepastage_time_to_result_seconds_count{service="test",priority="stat",outcome="failed"} 0',
  ]);
});

test('a gauge asks whenever it is read, and may have no value', async () => {
  const registry = createRegistry('test');
  const answers = [0.25, undefined, 0.5];
  gauge(registry, 'hepastage_redis_memory_ratio', (ratio) => {
    const answer = answers.shift();
    if (answer === undefined) ratio.clear();
    else ratio.set(answer);
  });
  const name = 'hepastage_redis_memory_ratio';
  assert.deepEqual(await scraped(registry, name), [`${name}{service="test"} 0.25`]);
  assert.deepEqual(await scraped(registry, name), []);
  assert.deepEqual(await scraped(registry, name), [`${name}{service="test"} 0.5`]);
});

test('labels that the catalogue does not have are refused, by the compiler and by the registry', () => {
  const registry = createRegistry('test');
  const accepted = counter(registry, 'hepastage_accepted_studies_total');
  // @ts-expect-error A label that it does not have.
  assert.throws(() => accepted.inc({ door: 'rest', job: 'x' }));
  // @ts-expect-error A value that the label does not have: nobody would look for it.
  accepted.inc({ door: 'window' });
  // @ts-expect-error A metric that the catalogue does not have.
  assert.throws(() => counter(registry, 'hepastage_unheard_of_total'));
});

test('what runs is told by the registry itself', async () => {
  const [line] = await scraped(createRegistry('test'), 'hepastage_build_info');
  assert.match(line ?? '', /version="\d+\.\d+\.\d+",node="v\d+\.\d+\.\d+",service="test"\} 1$/);
});
