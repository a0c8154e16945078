import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { before, test } from 'node:test';
import { JobRecord_State } from '@hepastage/proto';
import { ApiClient } from '../../packages/cli/src/server/client.ts';
import { freePorts } from '../helpers/free-port.ts';
import { runProgram } from '../helpers/run-program.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { type SpawnedContainer, spawnContainer } from '../helpers/service-container.ts';
import { s3Settings, startS3 } from '../helpers/s3-server.ts';
import { builtImages } from '../helpers/container-images.ts';
import { phantomStudy, runToEnd } from '../helpers/studies.ts';

/** A build from nothing takes some three minutes, most of it for the bases. */
const buildMsMax = 15 * 60_000;
/** Longest until the engine calls a container healthy, ms: it looks every 10 s. */
const healthyMsMax = 90_000;
const pollMs = 200;
/** Of an image unpacked, bytes: Node alone has 127 MB. */
const bytesMax = { api: 230e6, worker: 280e6 };

const images = await builtImages();
const options = { skip: images.absent ?? false };

interface Inspected {
  readonly Size: number;
  readonly Config: {
    readonly User: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Healthcheck?: { readonly Test: readonly string[] };
  };
}

before(
  async () => {
    await images.build?.();
  },
  { timeout: buildMsMax },
);

for (const name of ['api', 'worker'] as const) {
  test(`the image of the ${name} is small, nobody's, and tells what is in it`, options, async () => {
    const image = images.nameOf(name);
    const [inspected] = JSON.parse(await runProgram('docker', ['image', 'inspect', image])) as [Inspected];
    const { User, Labels, Healthcheck } = inspected.Config;
    assert.ok(inspected.Size < bytesMax[name], `${inspected.Size} bytes`);
    assert.equal(User, '65532:65532');
    assert.deepEqual(Healthcheck?.Test.slice(-2), [name, '/livez']);
    const bill = await inImage(image, 'process.stdout.write(fs.readFileSync("/sbom.cdx.json"))');
    assert.equal(createHash('sha256').update(bill).digest('hex'), Labels['hepastage.sbom.sha256']);
    const { components } = JSON.parse(bill) as { components: { name: string }[] };
    const named = new Set(components.map((component) => component.name));
    assert.ok(named.has('bullmq') && named.has('node'));
    assert.equal(named.has('onnxruntime-node'), name === 'worker');
    assert.ok(!named.has('typescript') && !named.has('testcontainers'));
  });

  test(`the image of the ${name} has no shell, no package manager and no test`, options, async () => {
    const said = await inImage(
      images.nameOf(name),
      `const programs = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin'].flatMap((folder) => fs.existsSync(folder) ? fs.readdirSync(folder) : []);
       const tests = fs.globSync('/app/{packages,services,proto}/**/{*.test.ts,testing}');
       console.log(JSON.stringify({ programs, tests }))`,
    );
    assert.deepEqual(JSON.parse(said), { programs: ['node'], tests: [] });
  });
}

test(
  'the images stage a study as nobody, on a file system that is read alone, and leave when asked',
  options,
  async (t) => {
    await using opened = new AsyncDisposableStack();
    const [redis, s3] = [opened.use(await startRedis()), opened.use(await startS3())];
    const [port, healthPort] = (await freePorts(2)).map(String) as [string, string];
    const settings = {
      REDIS_URL: redis.url,
      HEPASTAGE_REDIS_PREFIX: redis.prefix,
      HEPASTAGE_OBJECT_STORE: s3.url,
      ...s3Settings(s3),
      HOST: '127.0.0.1',
      PORT: port,
      HEPASTAGE_HEALTH_HOST: '127.0.0.1',
      HEPASTAGE_HEALTH_PORT: healthPort,
      HEPASTAGE_AUTHENTICATION: 'required',
    };
    const key = await apiKey(settings);
    const start = async (name: 'api' | 'worker') => {
      const begun = performance.now();
      const container = spawnContainer(images.nameOf(name), settings, ['--health-interval=1s']);
      opened.defer(async () => remove(container));
      await becomesHealthy(container);
      t.diagnostic(`${name}: healthy after ${Math.round(performance.now() - begun)} ms`);
      return container;
    };
    const containers = await Promise.all([start('api'), start('worker')]);

    const client = new ApiClient(`http://127.0.0.1:${port}`, key);
    const { t1w, t2w } = phantomStudy('severe');
    const job = await runToEnd(client, { t1w, t2w });
    assert.equal(job.state, JobRecord_State.SUCCEEDED);
    assert.equal((await client.result(job.jobId)).stage, 'severe');

    for (const { name, child, pid } of containers) {
      assert.equal(
        await runProgram('docker', ['exec', name, '/usr/local/bin/node', '-p', 'process.getuid()']),
        '65532\n',
      );
      const ended = once(child, 'exit');
      process.kill((await pid)!, 'SIGTERM');
      assert.deepEqual(await Promise.race([ended, delay(40_000, 'still there', { ref: false })]), [0, null]);
    }
  },
);

/** What a program says in a container of the image. */
async function inImage(image: string, program: string): Promise<string> {
  const node = ['--entrypoint=/usr/local/bin/node', image, '--eval', program];
  return runProgram('docker', ['run', '--rm', '--network=none', '--read-only', ...node]);
}

/** Made with the command line of the worker's image, as an operator does. */
async function apiKey(settings: Readonly<Record<string, string>>): Promise<string> {
  const environment = Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`);
  const words = ['keys', 'create', '--tenant', 'a', '--name', 'test', '--scope', 'admin', '--json'];
  const said = await runProgram('docker', [
    'run',
    '--rm',
    '--network=host',
    '--read-only',
    ...environment,
    '--entrypoint=hepastage',
    images.nameOf('worker'),
    ...words,
  ]);
  return (JSON.parse(said) as { apiKey: string }).apiKey;
}

async function becomesHealthy({ name, child, pid }: SpawnedContainer): Promise<void> {
  // Before that the engine knows of no such container.
  await pid;
  const format = '--format={{.State.Health.Status}}';
  for (const deadline = performance.now() + healthyMsMax; performance.now() < deadline;) {
    if (child.exitCode !== null) throw new Error(`the container ended with ${child.exitCode}`);
    const health = await runProgram('docker', ['inspect', format, name]);
    if (health.trim() === 'healthy') return;
    await delay(pollMs);
  }
  throw new Error(`not healthy after ${healthyMsMax} ms`);
}

async function remove({ name, child }: SpawnedContainer): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  await runProgram('docker', ['rm', '--force', name]).catch(() => child.kill());
  await ended;
}
