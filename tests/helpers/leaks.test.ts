import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { leakingNothing } from './leaks.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('a test that closes what it opened passes', async (t) => {
  const tidy = leakingNothing(async () => {
    await using folder = await temporaryDirectory('tidy');
    await using file = await open(`${folder.path}/file`, 'w');
    await file.writeFile('text');
  });
  await tidy(t);
});

test('an open server is named', async (t) => {
  const server = createServer();
  const leaky = leakingNothing(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  await assert.rejects(leaky(t), { message: 'the test leaked: TCPServerWrap' });
  server.close();
});

test('a child process, an open file and a temporary folder are named', async (t) => {
  await using resources = new AsyncDisposableStack();
  const leaky = leakingNothing(async () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    resources.defer(() => void child.kill());
    const folder = resources.use(await temporaryDirectory('left'));
    resources.use(await open(`${folder.path}/file`, 'w'));
  });
  await assert.rejects(leaky(t), /the test leaked: .*ProcessWrap.*\/file, hepastage-\d+-left-/);
});
