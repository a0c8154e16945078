import { createHmac, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const seedFile = 'secrets/seed';

/**
 * The secrets of one machine: those of API and worker in `secrets`, those of Redis, S3 and Grafana in a folder of each, so that no server sees another's. All of them follow from one seed, so that the
 * two ends of a connection agree whatever broke off before; without the seed there is no way from one to another.
 */
export async function makeSecrets(folder: string): Promise<void> {
  const seed = await seedIn(folder);
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
  for (const [file, content] of Object.entries(files)) await writeSecret(join(folder, file), content);
  console.log('the secrets are there');
}

/** Made once; of two that make it at once, the first. */
async function seedIn(folder: string): Promise<string> {
  const file = join(folder, seedFile);
  const mine = `${file}.${randomBytes(6).toString('hex')}`;
  await mkdir(join(folder, 'secrets'), { recursive: true });
  await writeFile(mine, randomBytes(32).toString('hex'), { mode: 0o400 });
  try {
    await link(mine, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(mine);
  }
  return readFile(file, 'utf8');
}

async function writeSecret(file: string, content: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  await rm(file, { force: true });
  await writeFile(file, content, { mode: 0o400 });
}

/** SeaweedFS's own format. `Admin` may create buckets. */
function identities(credentials: { readonly accessKey: string; readonly secretKey: string }): string {
  const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
  return JSON.stringify({ identities: [{ name: 'hepastage', credentials: [credentials], actions }] });
}
