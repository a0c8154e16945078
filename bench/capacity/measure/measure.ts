import { availableParallelism, cpus, loadavg } from 'node:os';
import type { StudyFiles } from '../../../packages/cli/src/study-files.ts';
import { phantomStudy, realVolumes } from '../../../tests/helpers/studies.ts';
import type { Measured, MeasuredParts } from '../measured.ts';
import { measureApiCosts } from './api-costs.ts';
import { measureEncoderTimes } from './encoder-times.ts';
import { measureRedisCosts } from './redis-costs.ts';
import { measureS3Costs } from './s3-costs.ts';
import { measureStagedStudies } from './staged-studies.ts';
import { measureStartTimes } from './start-times.ts';
import { measureSweepCosts } from './sweep-costs.ts';

type Part = keyof MeasuredParts;

const stagedStudies = 60;
const s3Studies = 10;
const redisStudies = 1_000;
const apiStudies = 200;
const sweptStudies = 300;
const starts = 5;

const measures: { readonly [P in Part]-?: () => Promise<MeasuredParts[P]> } = {
  phantom: async () => measureStagedStudies(images(phantomStudy('mild')), stagedStudies),
  clinical: async () => {
    const volumes = realVolumes();
    return volumes && measureStagedStudies(images(volumes), stagedStudies);
  },
  encoder: measureEncoderTimes,
  start: async () => measureStartTimes(starts),
  redis: async () => measureRedisCosts(redisStudies),
  s3: async () => measureS3Costs(images(realVolumes() ?? phantomStudy('mild')), s3Studies),
  api: async () => measureApiCosts(apiStudies),
  sweep: async () => measureSweepCosts(sweptStudies),
};

export const measurableParts = Object.keys(measures) as Part[];

/** Measures parts anew, on this machine, with real processes, Redis and S3, and keeps each as soon as it is known. All of them take some five minutes, in which nothing else should run. */
export async function measure(
  before: Measured,
  parts: readonly Part[],
  { say, keep }: { say: (line: string) => void; keep: (measured: Measured) => Promise<void> },
): Promise<void> {
  let measured: Measured = { ...before, machine: thisMachine() };
  for (const part of parts) {
    const [load = 0] = loadavg();
    const begun = performance.now();
    const value = await measures[part]();
    if (value === undefined) continue;
    const condition = { date: new Date().toISOString().slice(0, 10), load };
    measured = { ...measured, [part]: value, conditions: { ...measured.conditions, [part]: condition } };
    await keep(measured);
    say(`${part}: ${((performance.now() - begun) / 1_000).toFixed(0)} s, load average ${load.toFixed(1)}`);
  }
}

function thisMachine(): Measured['machine'] {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    node: process.version,
  };
}

/** Hospitals send images alone, as a rule: masks would cost more. */
function images({ t1w, t2w }: StudyFiles): StudyFiles {
  return { t1w: t1w!, t2w: t2w! };
}
