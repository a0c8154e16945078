import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hepastage } from '../helpers/command.ts';
import { freePorts } from '../helpers/free-port.ts';
import { phantomStudy } from '../helpers/studies.ts';

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
const { t1w, t1wLiverMask, t2w } = phantomStudy('mild');

test('a server that is not there is said to be, once the patience is over', async () => {
  const server = await unusedAddress();
  const problem = `${server}: the server does not answer (received ECONNREFUSED); is it running? give its address with --server`;
  const { exitCode, stderr } = await hepastage('watch', 'any', '--server', server, '--patience', '1');
  assert.equal(exitCode, 1);
  assert.equal(stderr, `${problem}; trying on for 1 s\nNOT_READY: ${problem}\n`);
  const forPrograms = await hepastage('result', 'any', '--json', '--server', server);
  assert.deepEqual(JSON.parse(forPrograms.stdout), { code: 'NOT_READY', detail: problem, retryable: true });
});

const script = '/usr/bin/script';
const noTerminal = existsSync(script) ? false : 'util-linux’ script is not here';
test('in a terminal, too, an error ends the command', { timeout: 30_000, skip: noTerminal }, async () => {
  const server = await unusedAddress();
  const command = `${process.execPath} ${main} watch any --patience 0 --server ${server}`;
  // util-linux' script runs it in a terminal of its own.
  const output = await new Promise<string>((resolve) => {
    execFile(script, ['-qec', command, '/dev/null'], (_error, stdout) => resolve(stdout));
  });
  assert.match(output, /0%.*NOT_READY: /s);
});

test('whatever else answers at the address is not taken for a hepastage API', async () => {
  await using opened = new AsyncDisposableStack();
  const other = createServer((_request, response) => response.end('<h1>It works!</h1>'));
  const server = await listening(other, opened);
  const { exitCode, stderr } = await hepastage('watch', 'any', '--server', server);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^INVALID_CONFIG: http:.*: the answer is none of a hepastage API; check the address/);

  const refusing = createServer((_request, response) => response.writeHead(404).end('<h1>Not here</h1>'));
  const forPrograms = await hepastage('watch', 'any', '--json', '--server', await listening(refusing, opened)); // prettier-ignore
  assert.equal((JSON.parse(forPrograms.stdout) as { code: string }).code, 'INVALID_REQUEST');
});

for (const [what, path, problem] of [
  ['is not there', 'nowhere.nii', 'nowhere.nii: the file can’t be read (received no such file or directory); check the path'], // prettier-ignore
  ['is a folder', '/', '/: the file can’t be sent (expected a regular file, received a folder); give the path of a file'], // prettier-ignore
] as const) {
  test(`submit says that a file ${what}`, async () => {
    const { exitCode, stderr } = await hepastage('submit', '--t1w', t1w, '--t2w', path);
    assert.equal(exitCode, 1);
    assert.equal(stderr, `INVALID_REQUEST: ${problem}\n`);
  });
}

for (const command of ['submit', 'stage']) {
  test(`${command} refuses a mask without its image`, async () => {
    const study = ['--t2w', t2w, '--t1w-liver-mask', t1wLiverMask];
    const { exitCode, stderr } = await hepastage(command, ...study);
    assert.equal(exitCode, 1);
    assert.equal(
      stderr,
      'INVALID_REQUEST: --t1w-liver-mask: the mask comes without its image (expected --t1w FILE); send the image too, or leave the mask out\n',
    );
  });
}

test('with --json, misuse is one JSON document, too', async () => {
  for (const [wrong, detail] of [
    [['watch'], /missing required argument 'job'/],
    [['stage', '--providers', 'gpu'], /expected some of cuda, tensorrt, cpu, received gpu/],
    [['result', 'any', '--server', 'nonsense'], /expected an address such as http:/],
  ] as const) {
    const { exitCode, stdout, stderr } = await hepastage(...wrong, '--json');
    assert.equal(exitCode, 1);
    assert.equal(stderr, '');
    const problem = JSON.parse(stdout) as { code: string; detail: string };
    assert.equal(problem.code, 'INVALID_REQUEST');
    assert.match(problem.detail, detail);
  }
});

async function unusedAddress(): Promise<string> {
  return `http://127.0.0.1:${(await freePorts(1))[0]}`;
}

async function listening(server: Server, opened: AsyncDisposableStack): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
