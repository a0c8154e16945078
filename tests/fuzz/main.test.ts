import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const fuzz = (...options: string[]) => spawnSync(process.execPath, [main, ...options], { encoding: 'utf8' });

test('the command runs as many cases of a target as it is told to, or one alone', () => {
  const some = fuzz('--target', 'zip', '--cases', '30', '--seed', '4');
  assert.equal(some.status, 0, some.stderr);
  assert.match(some.stdout, /^zip: 30 cases in [\d.]+ s, \d+ MiB: \d+ [a-zA-Z_]+/);
  assert.match(some.stdout, /\nfuzz: 30 cases, 0 findings, seed 4\n$/);
  const one = fuzz('--target', 'zip', '--index', '17', '--seed', '4');
  assert.match(one.stdout, /^zip: 1 cases .*\nfuzz: 1 cases, 0 findings, seed 4\n$/);
});

test('what the command does not know is refused', () => {
  assert.match(fuzz('--target', 'png').stderr, /^there is no target png; there are nifti, gzip/);
  const many = fuzz('--cases', 'many');
  assert.deepEqual([many.status, many.stderr], [1, '--cases is a whole number, not many\n']);
});
