import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { privateFolder } from './private-folder.ts';

test('nobody else may read it, and it is gone at the end of the scope', async () => {
  let left: string;
  const listening = process.listenerCount('SIGTERM');
  {
    await using folder = await privateFolder();
    left = folder.path;
    assert.equal(statSync(left).mode & 0o777, 0o700);
    await writeFile(join(left, 'image'), 'voxels');
  }
  assert.equal(existsSync(left), false);
  assert.equal(process.listenerCount('SIGTERM'), listening);
});

const ends: readonly [string, string, number | null, NodeJS.Signals | null][] = [
  ['SIGTERM', `process.kill(process.pid, 'SIGTERM')`, null, 'SIGTERM'],
  ['SIGINT', `process.kill(process.pid, 'SIGINT')`, null, 'SIGINT'],
  ['an exit', 'process.exit(3)', 3, null],
  ['an error that nobody catches', `setTimeout(() => { throw new Error('lost'); })`, 1, null],
];
for (const [name, end, exitCode, exitSignal] of ends) {
  test(`it is gone after ${name}, which still ends the process`, { timeout: 30_000 }, async () => {
    const module = new URL('./private-folder.ts', import.meta.url).href;
    const script = `
      import { writeFileSync } from 'node:fs';
      import { privateFolder } from ${JSON.stringify(module)};
      const { path } = await privateFolder();
      writeFileSync(path + '/image', 'voxels');
      setInterval(() => {}, 1000);
      process.stdout.write(path, () => { ${end}; });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let path = '';
    child.stdout.on('data', (chunk: Buffer) => {
      path += chunk.toString();
    });
    assert.deepEqual(await once(child, 'close'), [exitCode, exitSignal]);
    assert.match(path, /hepastage-study-/);
    assert.equal(existsSync(path), false);
  });
}
