import { readFile, writeFile } from 'node:fs/promises';
import type { ApiCosts } from './measure/api-costs.ts';
import type { EncoderTimes } from './measure/encoder-times.ts';
import type { RedisCosts } from './measure/redis-costs.ts';
import type { S3Costs } from './measure/s3-costs.ts';
import type { StagedStudies } from './measure/staged-studies.ts';
import type { StartTimes } from './measure/start-times.ts';
import type { SweepCosts } from './measure/sweep-costs.ts';

/** What is measured, each part by itself. */
export interface MeasuredParts {
  /** The phantoms that the tests use: 0.9 MB in two files. */
  readonly phantom: StagedStudies;
  /** A T1W and a T2W volume of CirrMRI600+: 4.9 MB in two files. */
  readonly clinical?: StagedStudies;
  readonly encoder: EncoderTimes;
  readonly start: StartTimes;
  readonly redis: RedisCosts;
  readonly s3: S3Costs;
  readonly api: ApiCosts;
  readonly sweep: SweepCosts;
}

/** `measured.json`: what `npm run capacity -- measure` wrote. */
export interface Measured extends MeasuredParts {
  readonly machine: { readonly cores: number; readonly processor: string; readonly node: string };
  /** When each part was measured, and what else ran: the machine's load average when it began. */
  readonly conditions: Partial<Record<keyof MeasuredParts, { readonly date: string; readonly load: number }>>;
}

const file = new URL('measured.json', import.meta.url);

export async function readMeasured(): Promise<Measured> {
  return JSON.parse(await readFile(file, 'utf8')) as Measured;
}

export async function writeMeasured(measured: Measured): Promise<void> {
  await writeFile(file, `${JSON.stringify(measured, rounded, 1)}\n`);
}

/** Four figures are more than any of them is worth. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
