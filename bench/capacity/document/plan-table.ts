import type { Plan } from '../model/plan.ts';
import { figure, short, table } from './markdown.ts';

/** What a deployment needs, by size. */
export function planLines({ rows, limits, workerStudiesPerSecond, workerLimit }: Plan): string {
  const numbers = Array.from({ length: 15 }, (_, column) => column);
  const sizes = table(
    [
      'studies a day',
      'a second, busiest hour',
      'API pods',
      'workers',
      'worker hours a day',
      'Redis, GiB',
      'Redis commands/s',
      'Redis thread',
      'S3 writes/s',
      'S3 reads/s',
      'S3, TB kept',
      'objects kept',
      'uploads, Mbit/s',
      'workers, €/day',
      'S3 + Redis, €/day',
    ],
    rows.map((row) => [
      short(row.studiesPerDay),
      figure(row.studiesPerSecond),
      String(row.apiPods),
      String(row.workers),
      figure(row.workerHoursPerDay),
      figure(row.redisGibibytes),
      short(row.redisCommandsPerSecond),
      `${figure(100 * row.redisThread)} %`,
      figure(row.s3WritesPerSecond),
      figure(row.s3ReadsPerSecond),
      figure(row.s3TerabytesKept),
      short(row.objectsKept),
      figure(row.uploadMegabits),
      figure(row.costPerDay.workers),
      figure(row.costPerDay.s3 + row.costPerDay.redis),
    ]),
    numbers,
  );
  const bounds = table(
    ['what is used up', 'studies a day', 'what to do'],
    limits.map(({ what, studiesPerDay, remedy }) => [what, short(studiesPerDay), remedy]),
    [1],
  );
  return `One worker takes ${figure(workerStudiesPerSecond)} studies a second. What limits it: ${workerLimit}.

${sizes}

${bounds}`;
}
