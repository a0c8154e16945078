import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assumptionsFrom } from './assumptions.ts';
import { readMeasured } from './measured.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

async function capacity(...given: readonly string[]) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, ...given], (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test('a simulated day is the same for the same seed, and comes with every assumption', async () => {
  const given = ['--studies-per-day', '500', '--set', 'workersMin=2', '--seed', '9'];
  const [one, other] = [await capacity(...given, '--json'), await capacity('simulate', ...given, '--json')];
  assert.equal(one.stdout, other.stdout);
  const { seed, parameters } = JSON.parse(one.stdout) as {
    seed: number;
    parameters: Record<string, number>;
  };
  assert.deepEqual([seed, parameters['studiesPerDay'], parameters['workersMin']], [9, 500, 2]);

  const told = await capacity(...given);
  assert.match(told.stdout, /time to result, STAT: .*within objective/);
  for (const name of Object.keys(assumptionsFrom(await readMeasured())))
    assert.ok(told.stdout.includes(`\`${name}\``), `${name} is not told`);
  assert.match(told.stdout, /`workersMin` \| 2 \| pods \| set /);
});

test('what can’t be asked is refused with what can', async () => {
  for (const [given, why] of [
    [['--set', 'gpus=1'], /there are studiesPerDay, days/],
    [['--seed', 'x'], /--seed is a whole number/],
    [['simulated'], /there is no simulated: simulate, plan/],
    [['measure', 'redis', 'rediss'], /there are the parts phantom, clinical/],
  ] as const) {
    const { exitCode, stderr } = await capacity(...given);
    assert.equal(exitCode, 1, given.join(' '));
    assert.match(stderr, why);
  }
});
