import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phantomStudy } from '../../../tests/helpers/studies.ts';
import { readMeasured } from '../measured.ts';
import { measureRedisCosts } from './redis-costs.ts';
import { measureS3Costs } from './s3-costs.ts';

// What depends on the code alone must be what the plans rest on; when a study comes to cost more, they are to be made anew.
const again = 'npm run capacity -- measure redis s3 && npm run capacity -- document --write';

test('a study takes as much of Redis as measured.json says', async () => {
  const [now, measured] = [await measureRedisCosts(50), (await readMeasured()).redis];
  for (const name of ['bytesWaiting', 'bytesEnded'] as const)
    assertNear(now[name], measured[name], 1.5, name);
  assertNear(now.accepting.commands, measured.accepting.commands, 1.7, 'commands to accept');
  assertNear(now.poll.commands, measured.poll.commands, 1.7, 'commands of a poll');
});

test('a study makes as many requests to S3 as measured.json says', async () => {
  const { t1w, t2w } = phantomStudy('mild');
  const [now, measured] = [await measureS3Costs({ t1w, t2w }, 2), (await readMeasured()).s3];
  for (const phase of ['accepting', 'staging', 'readingEverything'] as const)
    assertNear(now[phase].requests['PUT']!, measured[phase].requests['PUT']!, 1.5, `writes of ${phase}`);
});

function assertNear(now: number, measured: number, factor: number, what: string): void {
  assert.ok(now < measured * factor && now > measured / factor, `${what}: ${now}, not ${measured}: ${again}`);
}
