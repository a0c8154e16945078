import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runProgram } from '../helpers/run-program.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const folder = join(import.meta.dirname, '../../infra/docker');
const digest = `sha256:${'a'.repeat(64)}`;

async function script(name: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, ...environment };
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile(join(folder, 'build', name), words, { env }, (error, _, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), said }),
    );
  });
}

test('a base without its digest is refused, unless the image stays on this machine', async () => {
  assert.equal((await script('refuse-unpinned.sh', [`base@${digest}`, `base:1.2@${digest}`])).code, 0);
  for (const base of ['base', 'base:1.2', 'scratch', '', 'base@sha256:abc']) {
    const { code, said } = await script('refuse-unpinned.sh', [`base@${digest}`, base]);
    assert.equal(code, 1, base);
    assert.ok(said.includes(`'${base}' is not pinned`), said);
    assert.equal((await script('refuse-unpinned.sh', [base], { ALLOW_UNPINNED: '1' })).code, 0);
  }
});

test('an image for GPUs is not built without the CUDA provider', async () => {
  await using place = await temporaryDirectory('cuda');
  const runtime = join(place.path, 'node_modules/onnxruntime-node');
  await mkdir(join(runtime, 'script'), { recursive: true });
  await mkdir(join(runtime, 'bin'));
  const install = join(runtime, 'script/install.js');
  for (const fetchesNothing of ['', 'process.exit(1)']) {
    await writeFile(install, fetchesNothing);
    const { code, said } = await script('install-cuda.sh', [place.path]);
    assert.equal(code, 1);
    assert.match(said, /libonnxruntime_providers_cuda\.so is missing/);
  }
  // It asks for CUDA 12, whatever the machine that builds has.
  await writeFile(
    install,
    `if (process.env.ONNXRUNTIME_NODE_INSTALL === 'cuda12') require('fs').writeFileSync('bin/libonnxruntime_providers_cuda.so', '')`,
  );
  assert.equal((await script('install-cuda.sh', [place.path])).code, 0);
});

const binary = (platform: string) =>
  `node_modules/onnxruntime-node/bin/napi-v6/${platform}/${process.arch}/a.node`;

test('what is left out of an image is what it does not need to run', async () => {
  await using place = await temporaryDirectory('prune');
  const json = async (path: string, value: unknown) => file(path, JSON.stringify(value));
  const file = async (path: string, content = '') => {
    await mkdir(dirname(join(place.path, path)), { recursive: true });
    await writeFile(join(place.path, path), content);
  };
  const other = process.platform === 'darwin' ? 'linux' : 'darwin';
  await json('package.json', { name: 'all', workspaces: ['packages/*'], devDependencies: { x: '1' } });
  await json('packages/a/package.json', {
    name: '@x/a',
    dependencies: { '@x/b': '*' },
    devDependencies: { y: '1' },
  });
  await json('packages/b/package.json', { name: '@x/b' });
  await json('packages/c/package.json', { name: '@x/c' });
  await json('node_modules/.package-lock.json', {
    packages: { 'node_modules/typescript': {}, 'node_modules/z': {} },
  });
  for (const path of ['typescript/tsc.js', 'z/index.js', 'z/index.d.ts', 'z/index.js.map', 'z/LICENSE.md']) {
    await file(join('node_modules', path));
  }
  await file(binary(process.platform));
  await file(binary(other));
  await runProgram(process.execPath, [join(folder, 'build/prune.mjs'), place.path, '@x/a']);
  const has = (path: string) => existsSync(join(place.path, path));
  const read = (path: string) => JSON.parse(readFileSync(join(place.path, path), 'utf8')) as unknown;
  assert.deepEqual(read('package.json'), { name: 'all', workspaces: ['packages/a', 'packages/b'] });
  assert.deepEqual(read('packages/a/package.json'), { name: '@x/a', dependencies: { '@x/b': '*' } });
  assert.deepEqual(read('node_modules/.package-lock.json'), { packages: { 'node_modules/z': {} } });
  const gone = ['packages/c', 'node_modules/typescript', 'node_modules/z/index.d.ts', binary(other)];
  assert.deepEqual(gone.filter(has), []);
  const kept = [
    'packages/b',
    'node_modules/z/index.js',
    'node_modules/z/LICENSE.md',
    binary(process.platform),
  ];
  assert.deepEqual(kept.filter(has), kept);
});

for (const name of ['api', 'worker']) {
  const text = readFileSync(join(folder, `${name}.Dockerfile`), 'utf8');
  /** What is in the images themselves, stage by stage. */
  const finals = text
    .split(/^FROM /m)
    .slice(1)
    .filter((stage) => /^\$\{(CUDA_)?BASE\}/.test(stage));

  test(`the images of the ${name} are nobody's, say how they are and what is in them, and run nothing while they are made`, () => {
    assert.equal(finals.length, name === 'api' ? 1 : 2);
    for (const stage of finals) {
      assert.match(stage, /^USER 65532:65532$/m);
      assert.match(stage, /^STOPSIGNAL SIGTERM$/m);
      assert.match(stage, /^HEALTHCHECK .*CMD \["\/usr\/local\/bin\/node", "healthcheck\.mjs"/m);
      assert.match(stage, /hepastage\.sbom\.path="\/sbom\.cdx\.json"/);
      assert.doesNotMatch(stage, /^(RUN|ADD|SHELL) /m);
    }
  });

  test(`the images of the ${name} start with the options of npm start`, () => {
    const { scripts } = JSON.parse(
      readFileSync(join(folder, `../../services/${name}/package.json`), 'utf8'),
    ) as { scripts: { start: string } };
    const options = scripts.start.split(' ').slice(1, -1);
    const expected = ['/usr/local/bin/node', ...options, `services/${name}/src/main.ts`];
    for (const stage of finals) {
      const entrypoint = /^ENTRYPOINT (?<words>\[.*\])$/m.exec(stage)?.groups?.['words'] ?? '[]';
      assert.deepEqual(JSON.parse(entrypoint), expected);
    }
  });
}
