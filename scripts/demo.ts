/** `npm run demo`: API, worker and Redis on this machine, one study through them over REST. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { create } from '@bufbuild/protobuf';
import {
  encodeJson,
  enumName,
  type JobRecord,
  JobRecord_State,
  JobRecord_StateSchema,
  JobRecordSchema,
  Progress_StepSchema,
  StagingResultSchema,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { objectKeys } from '@hepastage/platform';
import { printResult } from '../packages/cli/src/print-result.ts';
import { ApiClient } from '../packages/cli/src/server/client.ts';
import { startRedis } from '../tests/helpers/redis-server.ts';
import { startService } from '../tests/helpers/service-process.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const phantom = (file: string) => join(root, 'tests/fixtures/phantoms/severe', file);

const { values: options } = parseArgs({
  options: {
    t1w: { type: 'string' },
    t2w: { type: 'string' },
    't1w-liver-mask': { type: 'string' },
    't2w-liver-mask': { type: 'string' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const own = options.t1w !== undefined || options.t2w !== undefined;
const files = own
  ? {
      ...(options.t1w === undefined ? {} : { t1w: options.t1w }),
      ...(options.t2w === undefined ? {} : { t2w: options.t2w }),
      ...(options['t1w-liver-mask'] === undefined ? {} : { t1wLiverMask: options['t1w-liver-mask'] }),
      ...(options['t2w-liver-mask'] === undefined ? {} : { t2wLiverMask: options['t2w-liver-mask'] }),
    }
  : { t1w: phantom('t1w.nii.gz'), t2w: phantom('t2w.nii.gz') };

/** Words for whoever watches; with --json, standard output holds the one document and nothing else. */
const say = (words: string) => (options.json ? console.error : console.log)(words);

try {
  process.exitCode = await demo();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** Everything that was started is stopped on each way out: the end, an error, or a signal. */
async function demo(): Promise<number> {
  await using opened = new AsyncDisposableStack();
  const ended = endOfSignals();
  const run = stageOneStudy(opened, ended);
  run.catch(() => {
    // After a signal the study fails because its servers stop: that is no news.
  });
  // Awaited here, so that nothing is disposed before.
  return await Promise.race([run, ended]);
}

async function stageOneStudy(opened: AsyncDisposableStack, ended: Promise<number>): Promise<number> {
  const objectStore = resolve(process.env['HEPASTAGE_OBJECT_STORE'] || join(root, 'demo-data'));
  await mkdir(objectStore, { recursive: true });

  say('starting Redis, API and worker on this machine …');
  const redis = opened.use(await startRedis());
  const settings = {
    REDIS_URL: redis.url,
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
    HEPASTAGE_OBJECT_STORE: objectStore,
    HEPASTAGE_LOG_LEVEL: 'warn',
  };
  const [api] = await Promise.all([
    startService('api', { PORT: '8080', ...definedPort(), ...settings }).then((service) =>
      opened.use(service),
    ),
    startService('worker', settings).then((service) => opened.use(service)),
  ]);

  say(`sending ${own ? 'your study' : 'a synthetic phantom study'} to POST ${api.url}/v1/studies`);
  const client = new ApiClient(api.url);
  let job: JobRecord = await client.submit(files, create(StudyMetadataSchema, {}));
  for await (const record of client.watch(job.jobId)) {
    job = record;
    const step =
      record.state === JobRecord_State.RUNNING
        ? enumName(Progress_StepSchema, record.progress?.step ?? 0)
        : '';
    say(`  job ${record.jobId} ${enumName(JobRecord_StateSchema, record.state)} ${step}`.trimEnd());
  }
  if (job.state !== JobRecord_State.SUCCEEDED) {
    if (options.json) console.log(JSON.stringify({ job: encodeJson(JobRecordSchema, job), result: null }));
    else console.log(`no stage: ${job.error?.message}`);
    return 1;
  }
  const result = await client.result(job.jobId);
  if (options.json) {
    console.log(
      JSON.stringify({
        job: encodeJson(JobRecordSchema, job),
        result: encodeJson(StagingResultSchema, result),
      }),
    );
  } else {
    console.log();
    printResult(result, join(objectStore, objectKeys.job(job.tenant, job.jobId), 'artefacts'));
    console.log(`\nthe whole result: ${join(objectStore, objectKeys.result(job.tenant, job.jobId))}`);
  }
  if (options.keep) {
    say(`API at ${api.url} (documentation: ${api.url}/docs); Ctrl+C ends it`);
    return ended;
  }
  return 0;
}

/** Resolves at SIGTERM or SIGINT, which may come twice: from the terminal, and from npm. With --keep that is the way to end, otherwise it came too early. */
async function endOfSignals(): Promise<number> {
  await new Promise((told) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, told);
  });
  return options.keep ? 0 : 130;
}

function definedPort(): Record<string, string> {
  const port = process.env['PORT'];
  return port === undefined || port === '' ? {} : { PORT: port };
}
