import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const faults = (...options: string[]) =>
  spawnSync(process.execPath, [main, ...options], { encoding: 'utf8' });

test('the command runs a scenario at the size that it is told, and prints the sum as its last line', () => {
  const { status, stdout, stderr } = faults('--scenario', 'frozen-workers', '--studies', '1', '--seed', '7');
  assert.equal(status, 0, stdout + stderr);
  const sum =
    /^faults: 5 studies accepted, 5 succeeded, 0 failed, 0 lost, 0 doubled, 0 wrong; \d+ kills, seed 7$/;
  assert.match(stdout.trimEnd().split('\n').at(-1)!, sum);
});

test('what the command does not know is refused', () => {
  assert.match(faults('--scenario', 'flood').stderr, /^there is no scenario flood; there are worker-kills, /);
  const many = faults('--studies', 'many');
  assert.deepEqual([many.status, many.stderr], [1, '--studies is a whole number, not many\n']);
});
