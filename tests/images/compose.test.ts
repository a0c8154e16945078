import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target?: string };
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly deploy?: {
    readonly resources: {
      readonly limits?: { readonly memory?: string; readonly cpus?: string };
      readonly reservations?: { readonly devices: readonly { readonly capabilities: readonly string[] }[] };
    };
  };
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | { readonly source: string })[];
  readonly networks?: readonly string[];
  readonly ulimits?: { readonly nofile?: number };
  readonly stop_grace_period?: string;
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const file = join(import.meta.dirname, '../../infra/docker/compose.yaml');
const read = (path: string) => parse(readFileSync(path, 'utf8'), { merge: true }) as unknown;
const compose = read(file) as Compose;
const services = Object.entries(compose.services);
/** What runs on, and what is done once. */
const servers = services.filter(([, { restart }]) => restart !== 'no');
/** `${NAME:-default}` and `${NAME-default}`, as they are where nothing is set. */
const byDefault = (text: string) => text.replaceAll(/\$\{\w+:?-(?<value>[^}]*)\}/g, '$<value>');
const seconds = (text = '') => Number(/^(?<seconds>\d+)s$/.exec(text)?.groups?.['seconds']);

test('`docker compose up` finds it from any folder of the project', () => {
  const above = read(join(import.meta.dirname, '../../compose.yaml')) as { include: string[] };
  assert.deepEqual(above.include, ['infra/docker/compose.yaml']);
});

test('the whole service is there, the GPU worker behind its profile', () => {
  const started = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
  assert.deepEqual(
    new Set(started),
    new Set(['secrets', 'setup', 'api', 'worker', 'redis', 's3', 'prometheus', 'grafana', 'otel-collector']),
  );
  const gpu = compose.services['worker-gpu']!;
  assert.deepEqual(gpu.profiles, ['gpu']);
  assert.equal(gpu.build?.target, 'cuda');
  assert.deepEqual(gpu.deploy?.resources.reservations?.devices[0]?.capabilities, ['gpu']);
  assert.equal(gpu.environment?.['HEPASTAGE_EXECUTION_PROVIDERS'], 'cuda');
});

for (const [name, service] of services) {
  suite(name, () => {
    test('is an image of ours, or one whose version is pinned', () => {
      const image = byDefault(service.image);
      if (service.build === undefined) {
        assert.match(image, /^[\w./-]+:v?\d+\.\d+[\w.-]*$|@sha256:[0-9a-f]{64}$/);
        return;
      }
      assert.match(image, /^hepastage-[a-z-]+:local$/);
      assert.ok(existsSync(join(dirname(file), service.build.context, service.build.dockerfile)));
    });

    test('is nobody, on a file system that is read alone, without capabilities', () => {
      assert.equal(service.user, '65532:65532');
      assert.equal(service.read_only, true);
      assert.deepEqual(service.cap_drop, ['ALL']);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
    });

    test('has limits', () => {
      const { memory = '', cpus = '' } = service.deploy?.resources.limits ?? {};
      assert.match(byDefault(memory), /^\d+[mg]$/);
      assert.ok(Number(byDefault(cpus)) > 0);
    });

    test('is reached on loopback alone, unless somebody says otherwise', () => {
      for (const port of service.ports ?? []) assert.match(byDefault(port), /^127\.0\.0\.1:\d+:\d+$/);
    });

    test('has no secret among its settings', () => {
      const named = Object.keys(service.environment ?? {}).filter((variable) =>
        /(KEY|PASSWORD|SECRET|TOKEN|REDIS_URL)$/.test(variable),
      );
      assert.deepEqual(named, []);
    });

    test('names volumes, networks and services that there are', () => {
      for (const volume of service.volumes ?? []) {
        const source = typeof volume === 'string' ? volume.split(':')[0]! : volume.source;
        const isThere = source.startsWith('.')
          ? existsSync(join(dirname(file), source))
          : source in compose.volumes;
        assert.ok(isThere, source);
      }
      for (const network of service.networks ?? []) assert.ok(network in compose.networks, network);
      for (const other of Object.keys(service.depends_on ?? {})) assert.ok(other in compose.services, other);
    });
  });
}

test('servers say how they are, but for the collector, whose image can ask nothing', () => {
  const silent = servers.filter(([, { healthcheck }]) => (healthcheck?.test ?? []).length === 0);
  assert.deepEqual(
    silent.map(([name]) => name),
    ['otel-collector'],
  );
});

test('Redis keeps every write and evicts nothing; it and S3 are reached from inside alone', () => {
  const options = compose.services['redis']!.command!.join(' ');
  assert.match(options, /--appendonly yes/);
  assert.match(options, /--maxmemory-policy noeviction/);
  assert.match(options, /--maxmemory \S+/);
  for (const name of ['redis', 's3']) {
    const { networks = [], ports = [] } = compose.services[name]!;
    assert.deepEqual([networks, ports], [['stores'], []]);
  }
  assert.equal(compose.networks['stores']?.internal, true);
});

test('whoever reaches the API needs a key', () => {
  assert.equal(compose.services['api']!.environment?.['HEPASTAGE_AUTHENTICATION'], 'required');
});

test('services have more time to end than they take', () => {
  const drain = Number(compose.services['api']!.environment?.['HEPASTAGE_DRAIN_MS']) / 1000;
  assert.ok(seconds(compose.services['api']!.stop_grace_period) > drain + 25 + 5);
  for (const name of ['worker', 'worker-gpu']) {
    assert.ok(seconds(compose.services[name]!.stop_grace_period) > 25 + 5 + 10);
  }
});

test('the API may have as many connections as it takes', () => {
  assert.ok(compose.services['api']!.ulimits!.nofile! > 2_000 + 3_072);
});

test('the collector has what its pipelines name', () => {
  const { service, ...parts } = read(join(dirname(file), 'otel-collector.yaml')) as {
    service: { extensions: string[]; pipelines: Record<string, Record<string, string[]>> };
  } & Record<string, object>;
  const defined = (kind: string) => Object.keys(parts[kind] ?? {});
  for (const pipeline of Object.values(service.pipelines)) {
    for (const kind of ['receivers', 'processors', 'exporters']) {
      assert.deepEqual(new Set(pipeline[kind]), new Set(defined(kind)));
    }
  }
  assert.deepEqual(service.extensions, defined('extensions'));
});
