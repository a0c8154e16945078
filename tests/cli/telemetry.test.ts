import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

test('inference leaves neither an identifier of the machine nor events for anybody', async () => {
  await using home = await temporaryDirectory('home');
  // Where CI or the opt-out itself are in the environment, ONNX Runtime keeps silent whatever we do.
  const { CI: _ci, ORT_DISABLE_TELEMETRY: _optOut, ...rest } = process.env;
  const env = { ...rest, HOME: home.path, XDG_CACHE_HOME: home.path, TMPDIR: home.path };
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'model', 'verify'], { env });
  assert.match(stdout, /gives its golden outputs/);
  assert.deepEqual(await readdir(home.path, { recursive: true }), []);
});
