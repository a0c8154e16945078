import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { IContainer } from 'kubernetes-models/v1';
import { hepastageWith } from '../helpers/command.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { startS3 } from '../helpers/s3-server.ts';
import { startService } from '../helpers/service-process.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { environmentOf } from './kubernetes/environment.ts';
import { containerOf } from './kubernetes/objects.ts';
import { renderOverlay } from './kubernetes/render.ts';

const objects = await renderOverlay('cpu');

type Settings = Record<string, string>;

/** As kubelet would start it, but for where the stores are, and which ports are free. */
test('what the manifests start fetches its model, becomes ready, and answers kubelet, Prometheus and clients', async () => {
  await using opened = new AsyncDisposableStack();
  const { path: folder } = opened.use(await temporaryDirectory('pods'));
  const { settings: stores, bucket } = await startStores(opened, folder);
  const source = `${bucket}/models/phantom-light`;
  const pushed = await hepastageWith(stores, 'model', 'push', 'models/phantom-light', source, '--json');
  assert.equal(pushed.exitCode, 0, pushed.stderr);
  const { sha256 } = JSON.parse(pushed.stdout) as { sha256: string };
  const here = { ...stores, MODEL_SOURCE: source, MODEL_SHA256: sha256 };

  const modelsOf = { api: join(folder, 'api'), worker: join(folder, 'worker') };
  for (const service of ['api', 'worker'] as const) {
    const fetched = await run(
      containerOf(objects, `Deployment/hepastage-${service}`, 'model'),
      here,
      modelsOf[service],
    );
    assert.equal(fetched.exitCode, 0, fetched.stderr);
  }

  const apiContainer = containerOf(objects, 'Deployment/hepastage-api', 'api');
  const api = opened.use(
    await startService('api', {
      ...environmentOf(apiContainer, objects),
      ...here,
      HOST: '127.0.0.1',
      PORT: '0',
      HEPASTAGE_OPERATIONS_HOST: '127.0.0.1',
      HEPASTAGE_OPERATIONS_PORT: '0',
      HEPASTAGE_DRAIN_MS: '0',
      HEPASTAGE_MODELS: modelsOf.api,
      HEPASTAGE_UID_KEY_FILE: await written(folder, 'uid-key', 'u'.repeat(64)),
      HEPASTAGE_WEBHOOK_KEY_FILE: await written(folder, 'webhook-key', 'w'.repeat(64)),
    }),
  );
  await isWatched(apiContainer, /"operations":"(http:[^"]+)"/.exec(api.log())?.[1] ?? '');
  assert.equal((await fetch(`${api.url}/metrics`)).status, 404, 'clients see no metrics');

  const workerContainer = containerOf(objects, 'Deployment/hepastage-worker', 'worker');
  const worker = opened.use(
    await startService('worker', {
      ...environmentOf(workerContainer, objects),
      ...here,
      HEPASTAGE_HEALTH_HOST: '127.0.0.1',
      HEPASTAGE_HEALTH_PORT: '0',
      HEPASTAGE_MODEL: join(modelsOf.worker, 'served'),
    }),
  );
  await isWatched(workerContainer, worker.url);

  const scope = ['--scope', 'models:read'];
  const key = await hepastageWith(
    here,
    'keys',
    'create',
    '--tenant',
    'radiology',
    '--name',
    'PACS',
    ...scope,
  );
  assert.equal(key.exitCode, 0, key.stderr);
  const models = await fetch(`${api.url}/v1/models`, {
    headers: { authorization: `Bearer ${key.stdout.trim()}` },
  });
  assert.match(await models.text(), /phantom-light/);

  const reconciled = await run(containerOf(objects, 'CronJob/hepastage-reconcile', 'reconcile'), here);
  assert.deepEqual([reconciled.exitCode, reconciled.stdout.trim()], [0, '{}'], reconciled.stderr);
  // It has understood its arguments when it misses the cluster.
  const marked = await run(containerOf(objects, 'Deployment/hepastage-pod-marker', 'pod-marker'), here);
  assert.match(marked.stderr, /KUBERNETES_SERVICE_HOST/);

  assert.deepEqual(await Promise.all([api.stop(), worker.stop()]), [0, 0]);
});

/** A real Redis and a real S3 server, told of by files as secrets are. */
async function startStores(opened: AsyncDisposableStack, folder: string) {
  const redis = opened.use(await startRedis());
  const s3 = opened.use(await startS3());
  const credentials = `[default]\naws_access_key_id=${s3.accessKeyId}\naws_secret_access_key=${s3.secretAccessKey}\n`;
  const settings: Settings = {
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
    HEPASTAGE_OBJECT_STORE: `${s3.url}/studies`,
    S3_ENDPOINT: s3.endpoint,
    AWS_REGION: s3.region,
    REDIS_URL_FILE: await written(folder, 'redis-url', redis.url),
    AWS_SHARED_CREDENTIALS_FILE: await written(folder, 's3-credentials', credentials),
    // Those of this machine would come first.
    REDIS_URL: '',
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
  };
  return { settings, bucket: s3.url };
}

async function written(folder: string, name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** The command line as the container would start it: variables within arguments filled in, `/models` a folder of this test. */
async function run({ command, args = [] }: IContainer, here: Readonly<Settings>, models = '/models') {
  assert.deepEqual(command, ['hepastage']);
  const filled = args.map((text) =>
    text
      .replaceAll(/\$\((\w+)\)/g, (_, name: string) => here[name] ?? '')
      .replace(/^\/models\//, `${models}/`),
  );
  return hepastageWith(here, ...filled);
}

/** As kubelet asks, and as Prometheus does. */
async function isWatched({ startupProbe, readinessProbe, livenessProbe }: IContainer, url: string) {
  for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
    const path = probe?.httpGet?.path ?? '';
    assert.equal((await fetch(url + path)).status, 200, path);
  }
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^hepastage_/m);
}
