import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { inContainerOrLocally } from './container-engine.ts';
import { eraseBucket } from './erase-bucket.ts';
import { type RunningServer, runningServer } from './running-server.ts';
import { startSeaweedfs, startSeaweedfsContainer } from './seaweedfs.ts';

/** Where an S3 server answers, and who may ask. */
export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** `url` is `s3://<bucket>`. */
export interface S3Server extends RunningServer, S3Access {
  /** A new bucket of this test's own. */
  readonly bucket: string;
}

/**
 * A real S3 server with an empty bucket: the server at S3_ENDPOINT where that is set (credentials from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY),
 * a container where a Docker engine answers, else SeaweedFS on free loopback ports. Starting SeaweedFS takes about 3 s: `npm test` does it once
 * for all test files and sets S3_ENDPOINT.
 */
export async function startS3(): Promise<S3Server> {
  const server = accessFromEnvironment() ?? (await startServer());
  const bucket = `test-${randomBytes(6).toString('hex')}`;
  const client = s3Client(server);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return runningServer({
    ...server,
    url: `s3://${bucket}`,
    bucket,
    stop: async () => {
      // A server of somebody else's keeps running: leave it as it was.
      if (server.stop === undefined) await eraseBucket(client, bucket);
      else await server.stop();
      client.destroy();
    },
  });
}

/** The same, as services and commands are told of it. */
export function s3Settings({ endpoint, region, accessKeyId, secretAccessKey }: S3Access) {
  return {
    S3_ENDPOINT: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

/** A client for looking at the server from outside of the code under test. Destroy it after use. */
export function s3Client({ endpoint, region, accessKeyId, secretAccessKey }: S3Access): S3Client {
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
}

interface StartedServer extends S3Access {
  readonly pid: number | undefined;
  readonly stop?: () => Promise<void>;
}

async function startServer(): Promise<StartedServer> {
  return inContainerOrLocally<StartedServer>(startSeaweedfsContainer, startSeaweedfs);
}

function accessFromEnvironment(): StartedServer | undefined {
  const endpoint = process.env['S3_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return undefined;
  return {
    endpoint,
    region: process.env['AWS_REGION'] ?? 'us-east-1',
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
    pid: undefined,
  };
}
