import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '../api/eventually.ts';
import { hepastageWith, startHepastage } from '../helpers/command.ts';
import { type S3Server, s3Settings, startS3 } from '../helpers/s3-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const shipped = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));
/** In the middle of the first graph, which has 3.3 MB. */
const brokenAfterBytes = 1_000_000;

let s3: S3Server;
let settings: Record<string, string>;
let source: string;
before(async () => {
  s3 = await startS3();
  source = `${s3.url}/models/light`;
  settings = s3Settings(s3);
  assert.equal((await hepastageWith(settings, 'model', 'push', shipped, source)).exitCode, 0);
});
after(async () => s3[Symbol.asyncDispose]());

/** S3 behind a line that stalls, or is cut, once it has let so many bytes of one connection through. */
async function brokenLine(opened: AsyncDisposableStack, how: 'stalls' | 'is cut') {
  let stalled = 0;
  const { hostname, port } = new URL(s3.endpoint);
  const line = createServer((client) => {
    const server = connect(Number(port), hostname);
    let bytes = 0;
    client.pipe(server);
    server.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      client.write(chunk);
      if (bytes < brokenAfterBytes) return;
      if (how === 'is cut') client.resetAndDestroy();
      else server.pause();
      stalled++;
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on('error', () => undefined).on('close', () => other.destroy());
  });
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  opened.defer(() => void line.close());
  const endpoint = `http://127.0.0.1:${(line.address() as AddressInfo).port}`;
  return { settings: { ...settings, S3_ENDPOINT: endpoint }, stalled: () => stalled };
}

test('a fetch whose connection is cut leaves nothing, says that it may be tried again, and then succeeds', async () => {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await temporaryDirectory('fetched'));
  const folder = join(path, 'light');
  const line = await brokenLine(opened, 'is cut');
  const cut = await hepastageWith(line.settings, 'model', 'fetch', source, folder, '--json');
  const { code, retryable } = JSON.parse(cut.stdout) as { code: string; retryable: boolean };
  assert.deepEqual([cut.exitCode, code, retryable], [1, 'STORE_UNAVAILABLE', true]);
  assert.deepEqual(await readdir(path), []);
  assert.equal((await hepastageWith(settings, 'model', 'fetch', source, folder)).exitCode, 0);
  assert.deepEqual(await readdir(path), ['light']);
});

test('a fetch that is killed on the way has not touched the folder', async () => {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await temporaryDirectory('fetched'));
  const folder = join(path, 'light');
  const line = await brokenLine(opened, 'stalls');
  const child = startHepastage(line.settings, ['model', 'fetch', source, folder], 'ignore');
  const exited = once(child, 'exit');
  await eventually(async () => line.stalled() > 0, true);
  child.kill('SIGKILL');
  await exited;
  const [leftover, ...others] = await readdir(path);
  assert.match(leftover ?? '', /^\.light\.unfinished-/);
  assert.deepEqual(others, []);
  assert.ok((await readdir(join(path, leftover!))).length > 0, 'it was at it');
  assert.equal((await hepastageWith(settings, 'model', 'fetch', source, folder)).exitCode, 0);
  const verified = await hepastageWith({}, 'model', 'verify', folder);
  assert.equal(verified.exitCode, 0, verified.stderr);
});
