/**
 * usage: npm run demo [-- OPTION…]
 *
 * API, worker and Redis on this machine; one study goes through them over REST. The exit code is 0 if a stage came out.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { create } from '@bufbuild/protobuf';
import {
  encodeJson,
  enumName,
  HepastageError,
  type JobRecord,
  JobRecord_State,
  JobRecord_StateSchema,
  JobRecordSchema,
  Progress_StepSchema,
  StagingResultSchema,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { askedToStop, objectKeys } from '@hepastage/platform';
import { printResult } from '../packages/cli/src/print-result.ts';
import { sentenceOf } from '../packages/cli/src/report-error.ts';
import { ApiClient } from '../packages/cli/src/server/client.ts';
import { assertStudy, type StudyFiles } from '../packages/cli/src/study-files.ts';
import { startRedis } from '../tests/helpers/redis-server.ts';
import { startService } from '../tests/helpers/service-process.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const phantom = (file: string) => join(root, 'tests/fixtures/phantoms/severe', file);
const portDefault = '8080';

const usage = `npm run demo [-- OPTION…]
  --t1w FILE, --t2w FILE                        your own volumes, .nii, .nii.gz or a .zip of one DICOM series; without them, a
                                                synthetic phantom's
  --study FILE                                  a .zip of a whole DICOM study: its T1W and T2W series are selected
  --t1w-liver-mask FILE, --t2w-liver-mask FILE  their liver masks
  --keep                                        leave API and worker running on PORT (${portDefault}) until Ctrl+C
  --json                                        print {"job": JobRecord, "result": StagingResult}
  --help                                        print this
PORT and HEPASTAGE_OBJECT_STORE (demo-data) are read from the environment.`;

const options = optionsOf();
const own = studyOf(options);
const files = own ?? { t1w: phantom('t1w.nii.gz'), t2w: phantom('t2w.nii.gz') };

/** Words for whoever watches; with --json, standard output holds the one document and nothing else. */
const say = (words: string) => (options.json ? console.error : console.log)(words);

try {
  if (options.help) console.log(usage);
  else process.exitCode = await demo();
} catch (error) {
  console.error(wordsOf(error));
  process.exitCode = 1;
}

function optionsOf() {
  try {
    return parseArgs({
      options: {
        t1w: { type: 'string' },
        t2w: { type: 'string' },
        study: { type: 'string' },
        't1w-liver-mask': { type: 'string' },
        't2w-liver-mask': { type: 'string' },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${wordsOf(error)}\n\n${usage}`);
    return process.exit(1);
  }
}

/** The files that the options name; undefined if they name none. */
function studyOf({
  t1w,
  t2w,
  study,
  't1w-liver-mask': t1wLiverMask,
  't2w-liver-mask': t2wLiverMask,
}: typeof options): StudyFiles | undefined {
  const named = Object.entries({ t1w, t2w, study, t1wLiverMask, t2wLiverMask }).filter(
    ([, path]) => path !== undefined,
  );
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

function wordsOf(error: unknown): string {
  if (error instanceof HepastageError) return sentenceOf(error);
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Everything that was started is stopped on each way out: the end, an error, or a signal. */
async function demo(): Promise<number> {
  assertStudy(files);
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
  const redis = await start(opened, startRedis);
  const settings = {
    REDIS_URL: redis.url,
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
    HEPASTAGE_OBJECT_STORE: objectStore,
  };
  const [api] = await Promise.all([
    start(opened, async () => startService('api', { PORT: process.env['PORT'] || portDefault, ...settings })),
    start(opened, async () => startService('worker', settings)),
  ]);

  say(
    `sending ${own !== undefined ? 'your study' : 'a synthetic phantom study'} to POST ${api.url}/v1/studies`,
  );
  const client = new ApiClient(api.url);
  let job: JobRecord = await client.submit(files, create(StudyMetadataSchema, {}));
  // Without patience: a server on this machine that does not answer has been stopped.
  for await (const record of client.watch(job.jobId, { seconds: 0 })) {
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
    printResult(result, (artefact) =>
      join(objectStore, objectKeys.artefact(job.tenant, job.jobId, artefact)),
    );
    console.log(`\nthe whole result: ${join(objectStore, objectKeys.result(job.tenant, job.jobId))}`);
  }
  if (options.keep) {
    say(`API at ${api.url} (documentation: ${api.url}/docs); Ctrl+C ends it`);
    return ended;
  }
  return 0;
}

/** Starts a server that is stopped in the end, also when the end comes before it is ready. */
async function start<S extends AsyncDisposable>(
  opened: AsyncDisposableStack,
  begin: () => Promise<S>,
): Promise<S> {
  if (opened.disposed) throw new Error('the demo has ended');
  const starting = begin();
  opened.defer(async () => {
    const server = await starting.catch(() => undefined);
    await server?.[Symbol.asyncDispose]();
  });
  return await starting;
}

/** Resolves once the demo is asked to stop. With --keep that is the way to end, otherwise it came too early. */
async function endOfSignals(): Promise<number> {
  await askedToStop();
  return options.keep ? 0 : 130;
}
