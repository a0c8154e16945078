import { createHmac, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '@hepastage/platform';

/**
 * The secrets of one machine: those of API and worker in `secrets`, those of Redis, S3 and Grafana in a folder of each, so that no server sees another's. All of them follow from one seed, which no
 * server sees, so that the two ends of a connection agree whatever broke off before. What is there stays: an operator may replace any.
 */
export async function makeSecrets(folder: string): Promise<void> {
  const seedFile = join(folder, 'seed/seed');
  await makeOnce(seedFile, randomBytes(32).toString('hex'));
  const seed = await readFile(seedFile);
  const secret = (name: string) => createHmac('sha256', seed).update(name).digest('hex');
  const s3 = { accessKey: secret('s3 access key').slice(0, 20), secretKey: secret('s3 secret key') };
  const redisPassword = secret('redis');
  const files: Readonly<Record<string, string>> = {
    'secrets/uid-key': secret('uid'),
    'secrets/webhook-key': secret('webhook'),
    'secrets/redis-url': `redis://:${redisPassword}@redis:6379`,
    'secrets/s3-credentials': `[default]\naws_access_key_id = ${s3.accessKey}\naws_secret_access_key = ${s3.secretKey}\n`,
    'redis-secrets/redis.conf': `requirepass ${redisPassword}\n`,
    's3-secrets/identities.json': identities(s3),
    'grafana-secrets/password': secret('grafana'),
  };
  for (const [file, content] of Object.entries(files)) await makeOnce(join(folder, file), content);
  console.log('the secrets are there');
}

/** Whole or not at all; of two that make it at once, the first. */
async function makeOnce(file: string, content: string): Promise<void> {
  const mine = `${file}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(mine, content, { mode: 0o400 });
  try {
    await link(mine, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(mine);
  }
}

/** SeaweedFS's own format. `Admin` may create buckets. */
function identities(credentials: { readonly accessKey: string; readonly secretKey: string }): string {
  const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
  return JSON.stringify({ identities: [{ name: 'hepastage', credentials: [credentials], actions }] });
}
