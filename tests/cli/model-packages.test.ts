import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ObjectStore, openObjectStore } from '@hepastage/platform';
import { copyOfModel } from '../helpers/altered-model.ts';
import { hepastageWith } from '../helpers/command.ts';
import { type S3Server, s3Settings, startS3 } from '../helpers/s3-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const shipped = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));

interface Outcome {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly outcome: string;
}

let s3: S3Server;
before(async () => {
  s3 = await startS3();
});
after(async () => s3[Symbol.asyncDispose]());

/** An empty folder, and a prefix of the bucket that nobody else uses. */
async function place(opened: AsyncDisposableStack, name: string) {
  const { path } = opened.use(await temporaryDirectory('fetched'));
  const url = `${s3.url}/models/${name}`;
  const store = opened.adopt(
    openObjectStore(
      { objectStore: url, objectStoreEndpoint: s3.endpoint, objectStoreRegion: s3.region },
      { credentials: s3 },
    ),
    async (it) => it.close(),
  );
  return { path, folder: join(path, 'models', name), url, store };
}

async function model(...words: readonly string[]) {
  return hepastageWith(s3Settings(s3), 'model', ...words);
}

async function outcomeOf(...words: readonly string[]): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await model(...words, '--json');
  assert.equal(exitCode, 0, stdout + stderr);
  return JSON.parse(stdout) as Outcome;
}

/** Runs a command that must fail, and returns what it says. */
async function refusalOf(...words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await model(...words);
  assert.equal(exitCode, 1, stdout);
  return stderr;
}

/** Every file below the folder, with its digest. */
async function contentOf(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const digests = names.toSorted().map(async (name) => {
    const bytes = await readFile(join(folder, name));
    return `${name} ${createHash('sha256').update(bytes).digest('hex')}`;
  });
  return Promise.all(digests);
}

function described(name: string, bytes = 1) {
  return { name, bytes, sha256: '00'.repeat(32) };
}

/** Nothing half done stays beside the folder. */
async function assertAlone(folder: string, siblings: readonly string[]): Promise<void> {
  assert.deepEqual(await readdir(join(folder, '..')), siblings);
}

async function writeManifest(store: ObjectStore, files: readonly object[]): Promise<void> {
  const manifest = { name: 'hostile', version: '1', kind: 'DEEP', files };
  await store.writeBytes('manifest.json', Buffer.from(JSON.stringify(manifest)));
}

test('a package is pushed to S3 and fetched from it, file by file the same, and both are done once', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder, url } = await place(opened, 'light');
  const pushed = await outcomeOf('push', shipped, url);
  assert.deepEqual([pushed.name, pushed.outcome], ['phantom-light', 'pushed']);
  assert.equal((await outcomeOf('push', shipped, url)).outcome, 'already there');

  const fetched = await outcomeOf('fetch', url, folder, '--sha256', pushed.sha256);
  assert.deepEqual(fetched, { ...pushed, outcome: 'fetched', location: folder });
  assert.deepEqual(await contentOf(folder), await contentOf(shipped));
  const { ino } = await stat(folder);
  assert.equal((await outcomeOf('fetch', url, folder)).outcome, 'already there');
  assert.equal((await stat(folder)).ino, ino, 'the folder was not made anew');
  await assertAlone(folder, ['light']);
  const verified = await model('verify', folder);
  assert.equal(verified.exitCode, 0, verified.stderr);
});

test('what is damaged in S3 is repaired by pushing the same package again', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder, url, store } = await place(opened, 'damaged');
  await outcomeOf('push', shipped, url);
  await store.writeBytes('stager.onnx', Buffer.from('torn'));
  await store.erase('MODEL_CARD.md');
  assert.match(await refusalOf('fetch', url, folder), /push the package again/);
  assert.equal((await outcomeOf('push', shipped, url)).outcome, 'repaired');
  assert.equal((await outcomeOf('push', shipped, url)).outcome, 'already there');
  await outcomeOf('fetch', url, folder);
  assert.deepEqual(await contentOf(folder), await contentOf(shipped));
});

test('a directory is a source and a destination, too', async () => {
  await using opened = new AsyncDisposableStack();
  const { path, folder } = await place(opened, 'light');
  const share = join(path, 'share');
  await outcomeOf('push', shipped, share);
  assert.equal((await outcomeOf('fetch', share, folder)).outcome, 'fetched');
  assert.equal((await outcomeOf('fetch', shipped, folder)).outcome, 'already there');
  assert.deepEqual(await contentOf(folder), await contentOf(shipped));
});

test('the API gets the manifest alone; a worker’s folder with only that is filled', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder, url } = await place(opened, 'manifest');
  await outcomeOf('push', shipped, url);
  assert.equal((await outcomeOf('fetch', url, folder, '--manifest-only')).outcome, 'fetched');
  assert.deepEqual(await readdir(folder), ['manifest.json']);
  assert.equal((await outcomeOf('fetch', url, folder, '--manifest-only')).outcome, 'already there');
  assert.equal((await outcomeOf('fetch', url, folder)).outcome, 'fetched');
  assert.deepEqual(await contentOf(folder), await contentOf(shipped));
});

test('a folder that holds another package, or a damaged one, gets the new one as a whole', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder } = await place(opened, 'light');
  await using other = await copyOfModel();
  await other.alter('MODEL_CARD.md', (bytes) => Buffer.concat([bytes, Buffer.from('\n')]), true);
  await outcomeOf('fetch', other.path, folder);
  assert.equal((await outcomeOf('fetch', shipped, folder)).outcome, 'fetched');
  assert.deepEqual(await contentOf(folder), await contentOf(shipped));

  await writeFile(join(folder, 'stager.onnx'), 'torn');
  assert.equal((await outcomeOf('fetch', shipped, folder)).outcome, 'fetched');
  assert.deepEqual(await contentOf(folder), await contentOf(shipped));
  await assertAlone(folder, ['light']);
});

test('a package that lies in S3 as its manifest does not say is refused, and the folder stays as it was', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder, url, store } = await place(opened, 'altered');
  await outcomeOf('push', shipped, url);
  await outcomeOf('fetch', url, folder);
  const untouched = await contentOf(folder);
  const manifest = (await store.readBytes('manifest.json', 2 ** 20))!;
  const graph = (await store.readBytes('stager.onnx', 2 ** 30))!;
  const otherGraph = Buffer.from(graph);
  otherGraph[100]! ^= 1;
  // The folder holds a package of another digest, so that it is to be replaced.
  await store.writeBytes('manifest.json', Buffer.concat([manifest, Buffer.from('\n')]));

  const cases: readonly (readonly [RegExp, () => Promise<unknown>])[] = [
    [/stager\.onnx is not the file.*sha256/, async () => store.writeBytes('stager.onnx', otherGraph)],
    [/stager\.onnx is not the file.*bytes/, async () => store.writeBytes('stager.onnx', graph.subarray(1))],
    [/stager\.onnx is missing/, async () => store.erase('stager.onnx')],
    [
      /manifest\.json is not a ModelManifest/,
      async () => store.writeBytes('manifest.json', Buffer.from('{')),
    ],
    [
      /manifest\.json is too large/,
      async () => store.writeBytes('manifest.json', Buffer.alloc(2 ** 20 + 1, 32)),
    ],
    [/there is no manifest\.json/, async () => store.erase('manifest.json')],
  ];
  for (const [refusal, damage] of cases) {
    await damage();
    assert.match(await refusalOf('fetch', url, folder), new RegExp(`INVALID_MODEL.*${refusal.source}`));
    assert.deepEqual(await contentOf(folder), untouched);
    await assertAlone(folder, ['altered']);
  }
});

test('what a manifest claims is bounded before anything is fetched', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder, url, store } = await place(opened, 'hostile');
  const cases: readonly (readonly [RegExp, object[]])[] = [
    [/"\.\.\/escaped" is not a plain file name/, [described('../escaped')]],
    [/"\.hidden" is not a plain file name/, [described('.hidden')]],
    [/"manifest.json" is listed twice/, [described('manifest.json')]],
    [/"a" is listed twice/, [described('a'), described('a')]],
    [/too large, at "a"/, [described('a', 2 ** 31)]],
    [/too large, at "c"/, [described('a', 2 ** 31 - 1), described('b', 2 ** 31 - 1), described('c', 3)]],
  ];
  for (const [refusal, files] of cases) {
    await writeManifest(store, files);
    assert.match(await refusalOf('fetch', url, folder), refusal);
    assert.deepEqual(await readdir(join(folder, '../..')), []);
  }
});

test('only the package that was asked for is taken', async () => {
  await using opened = new AsyncDisposableStack();
  const { path, folder } = await place(opened, 'light');
  const asked = 'ab'.repeat(32);
  assert.match(
    await refusalOf('fetch', shipped, folder, '--sha256', asked),
    /INVALID_MODEL.*another package/,
  );
  assert.match(await refusalOf('fetch', shipped, folder, '--sha256', 'abc'), /64 digits/);
  assert.deepEqual(await readdir(path), []);
});

test('a folder of something else is not touched, and a package in the store is never replaced', async () => {
  await using opened = new AsyncDisposableStack();
  const { path, url, store } = await place(opened, 'taken');
  await writeFile(join(path, 'thesis.txt'), 'years of work');
  assert.match(
    await refusalOf('fetch', shipped, path),
    /INVALID_REQUEST.*something else than a model package/,
  );
  assert.equal(await readFile(join(path, 'thesis.txt'), 'utf8'), 'years of work');

  await outcomeOf('push', shipped, url);
  const graph = await store.readBytes('stager.onnx', 2 ** 30);
  await using other = await copyOfModel();
  await other.alter('stager.onnx', (bytes) => Buffer.concat([bytes, Buffer.from([0])]), true);
  assert.match(await refusalOf('push', other.path, url), /INVALID_REQUEST.*another package lies there/);
  assert.deepEqual(await store.readBytes('stager.onnx', 2 ** 30), graph);
});

test('a push that broke off is no package, and is finished by the next', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder, url, store } = await place(opened, 'broken-off');
  await store.writeBytes('stager.onnx', Buffer.from('half'));
  assert.match(await refusalOf('fetch', url, folder), /there is no manifest\.json/);
  assert.equal((await outcomeOf('push', shipped, url)).outcome, 'pushed');
  assert.equal((await outcomeOf('fetch', url, folder)).outcome, 'fetched');
});

test('what a fetch that died has left is taken away by a later one', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder } = await place(opened, 'light');
  const leftover = (age: string) => join(folder, '..', `.light.unfinished-${age}`);
  const [old, young] = [leftover('old'), leftover('young')];
  for (const path of [old, young]) await mkdir(path, { recursive: true });
  await cp(join(shipped, 'stager.onnx'), join(old, 'stager.onnx'));
  const twoHoursAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(old, twoHoursAgo, twoHoursAgo);
  await outcomeOf('fetch', shipped, folder);
  // The young one may be somebody's who is at it.
  await assertAlone(folder, ['.light.unfinished-young', 'light']);
});

test('several fetches into one folder at once all end with it whole', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder } = await place(opened, 'light');
  const outcomes = await Promise.all([1, 2, 3].map(async () => outcomeOf('fetch', shipped, folder)));
  assert.ok(outcomes.some(({ outcome }) => outcome === 'fetched'));
  assert.deepEqual(await contentOf(folder), await contentOf(shipped));
  await assertAlone(folder, ['light']);
});

test('S3 that is away or refuses the credentials is told, and a later try may succeed', async () => {
  await using opened = new AsyncDisposableStack();
  const { folder, url } = await place(opened, 'away');
  const away = await hepastageWith(
    {
      S3_ENDPOINT: 'http://127.0.0.1:9',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    },
    'model',
    'fetch',
    url,
    folder,
    '--json',
  );
  assert.equal(away.exitCode, 1);
  const { code, retryable } = JSON.parse(away.stdout) as { code: string; retryable: boolean };
  assert.deepEqual([code, retryable], ['STORE_UNAVAILABLE', true]);
  assert.match(await refusalOf('fetch', 'gs://bucket/model', folder), /INVALID_CONFIG/);
});
