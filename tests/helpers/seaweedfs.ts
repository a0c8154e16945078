import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServerContainer } from './container-server.ts';
import { installSeaweedfs } from './install-seaweedfs.ts';
import { startLocalProgram } from './local-program.ts';

const image = process.env['HEPASTAGE_TEST_S3_IMAGE'] ?? 'chrislusf/seaweedfs:4.48';
const region = 'us-east-1';
/** Of a server that only this machine reaches. Any other credentials are refused. */
const credentials = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };

/** SeaweedFS's own format. `Admin` may create buckets. */
const identities = JSON.stringify({
  identities: [
    {
      name: 'test',
      credentials: [{ accessKey: credentials.accessKeyId, secretKey: credentials.secretAccessKey }],
      actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'],
    },
  ],
});

const serverOptions = [
  '-s3',
  '-s3.port.iceberg=0',
  '-s3.port.lance=0',
  // As on AWS: an upload to a bucket that does not exist fails.
  '-s3.autoCreateBucket=false',
  '-master.telemetry=false',
  // One master alone is leader at once; otherwise it waits 1.5 s for others.
  '-master.peers=none',
  // Every bucket has volumes of its own: small ones, and many of them.
  '-master.volumeSizeLimitMB=64',
  '-volume.max=1000',
];
/** One volume per bucket is enough; 7 is SeaweedFS's default. */
const serverEnvironment = {
  WEED_MASTER_VOLUME_GROWTH_COPY_1: '1',
  // Without a key of its own it can't encrypt (SSE-S3).
  WEED_S3_SSE_KEY: 'of a server whose data nobody needs',
};
const ready = /Start Seaweed S3 API Server/;

/** `weed server -s3` on free loopback ports, with credentials of its own. */
export async function startSeaweedfs() {
  const program = await startLocalProgram({
    name: 'seaweedfs',
    command: await installSeaweedfs(),
    environment: serverEnvironment,
    portCount: 8,
    arguments: async (directory, ports) => {
      const config = join(directory, 'identities.json');
      await writeFile(config, identities);
      return [
        '-logtostderr=true',
        'server',
        '-ip=127.0.0.1',
        '-ip.bind=127.0.0.1',
        `-dir=${directory}`,
        `-s3.config=${config}`,
        ...portOptions(ports),
        ...serverOptions,
      ];
    },
    leftovers: localSockets,
    readyLine: ready,
  });
  const [s3Port] = program.ports;
  return {
    endpoint: `http://127.0.0.1:${s3Port}`,
    region,
    ...credentials,
    pid: program.pid,
    stop: program.stop,
  };
}

export async function startSeaweedfsContainer() {
  const { pid, ports, stop } = await startServerContainer({
    image,
    portCount: 8,
    arguments: (all) => [
      'server',
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      '-dir=/data',
      '-s3.config=/etc/identities.json',
      ...portOptions(all),
      ...serverOptions,
    ],
    files: [{ content: identities, target: '/etc/identities.json' }],
    environment: serverEnvironment,
    dataFolder: '/data',
    readyLine: ready,
  });
  return { endpoint: `http://127.0.0.1:${ports[0]}`, region, ...credentials, pid, stop };
}

/** Every server of SeaweedFS listens on two ports, for HTTP and for gRPC. */
const servers = ['s3', 'master', 'volume', 'filer'] as const;

function portOptions(ports: readonly number[]): string[] {
  return servers.flatMap((server, i) => [
    `-${server}.port=${ports[2 * i]}`,
    `-${server}.port.grpc=${ports[2 * i + 1]}`,
  ]);
}

/** Sockets that SeaweedFS puts into /tmp whatever one tells it, and leaves there when it is killed. */
function localSockets(ports: readonly number[]): string[] {
  return servers.flatMap((server, i) => [
    `/tmp/seaweedfs-${server}-grpc-${ports[2 * i + 1]}.sock`,
    `/tmp/seaweedfs-${server}-${ports[2 * i]}.sock`,
  ]);
}
