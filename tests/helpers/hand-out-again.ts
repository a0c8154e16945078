import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger, objectKeys, openStudyQueue } from '@hepastage/platform';
import { decodeText, type JobRecord, StudyRequestSchema } from '@hepastage/proto';
import type { System } from './system.ts';

/** Puts a study that has ended back into the queue, as the queue itself does with one whose worker died before it was done with it. For a system with a directory as its store. */
export async function handOutAgain(
  { settings, redis }: System,
  { tenant, jobId }: Pick<JobRecord, 'tenant' | 'jobId'>,
): Promise<void> {
  const key = objectKeys.request(tenant, jobId);
  const request = await readFile(join(settings['HEPASTAGE_OBJECT_STORE']!, key), 'utf8');
  const queue = await openStudyQueue({
    redisUrl: redis.url,
    redisPrefix: redis.prefix,
    logger: createLogger('test', 'silent'),
  });
  await queue.add(decodeText(StudyRequestSchema, request));
  await queue.close();
}
