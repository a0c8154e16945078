import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateBucketCommand,
  HeadBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ApiKeyStore, AuditLog } from '@hepastage/access';
import { openObjectStore, parseConfig, sharedSettings } from '@hepastage/platform';
import { Type } from 'typebox';

/** How long an S3 server may take to start, ms. */
const patienceMs = 120_000;
const pollMs = 500;
/** The parts of an upload whose API died are of no use after a day. */
const unfinishedUploadDays = 1;
const tenant = 'demo';

/** Makes the bucket that the settings name, with the rule that no code of ours replaces, and the first API key in `secrets/api-key`. */
export async function prepareStore(folder: string): Promise<void> {
  const config = parseConfig(Type.Object(sharedSettings), process.env);
  const { hostname: bucket } = new URL(config.objectStore);
  const client = new S3Client({
    ...(config.objectStoreEndpoint === undefined ? {} : { endpoint: config.objectStoreEndpoint }),
    region: config.objectStoreRegion ?? 'us-east-1',
    forcePathStyle: true,
  });
  try {
    await makeBucket(client, bucket);
    await forgetUnfinishedUploads(client, bucket);
  } finally {
    client.destroy();
  }
  console.log(`the bucket ${bucket} is there`);
  const keyFile = join(folder, 'secrets/api-key');
  if (existsSync(keyFile)) return;
  const store = openObjectStore(config);
  try {
    const keys = new ApiKeyStore(store, new AuditLog(store));
    const { text } = await keys.create({ tenant, name: 'first key of this machine', scopes: ['admin'] });
    await writeFile(keyFile, text, { mode: 0o400 });
  } finally {
    await store.close();
  }
  console.log(
    `the first API key is there, of the tenant ${tenant}: docker compose run --rm hepastage uses it`,
  );
}

/** Waits for a server that is starting. */
async function makeBucket(client: S3Client, Bucket: string): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ;) {
    try {
      return await client.send(new HeadBucketCommand({ Bucket })).then(() => undefined);
    } catch (absent) {
      if (isNotFound(absent)) return void (await client.send(new CreateBucketCommand({ Bucket })));
      if (Date.now() > deadline) throw absent;
    }
    await delay(pollMs);
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchBucket'].includes(error.name);
}

async function forgetUnfinishedUploads(client: S3Client, Bucket: string): Promise<void> {
  const rule = {
    ID: 'unfinished-uploads',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: unfinishedUploadDays },
  } as const;
  const LifecycleConfiguration = { Rules: [rule] };
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
}
