import { fileURLToPath } from 'node:url';
import { loadModelPackage } from '@hepastage/staging';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { median } from '../../bench-result.ts';

/** A run of an encoder takes `coreSecondsPerRun + slices · coreSecondsPerSlice` of CPU time: unlike wall time it hardly depends on what else runs. */
export interface EncoderTimes {
  readonly coreSecondsPerRun: number;
  readonly coreSecondsPerSlice: number;
  readonly runs: readonly EncoderRun[];
}

interface EncoderRun {
  readonly slices: number;
  /** Of all threads, median, s. */
  readonly coreSeconds: number;
}

const batches = [1, 2, 4, 8, 12, 16, 32] as const;
const rounds = 15;
const model = fileURLToPath(new URL('../../../models/phantom-light', import.meta.url));

/** Runs the shipped T1W encoder on the CPU, as workers do (packages/staging/src/inference), with batches of several sizes. */
export async function measureEncoderTimes(): Promise<EncoderTimes> {
  const { manifest, graphs } = await loadModelPackage(model);
  const [{ encoder, preprocessing } = { encoder: '', preprocessing: undefined }] = manifest.sequences;
  const { height = 0, width = 0 } = preprocessing ?? {};
  const session = await InferenceSession.create(graphs.get(encoder)!, {
    executionProviders: ['cpu'],
    enableCpuMemArena: false,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const runs: EncoderRun[] = [];
  for (const slices of batches) {
    const values = new Float32Array(slices * 3 * height * width).fill(0.5);
    const input = new Tensor('float32', values, [slices, 3, height, width]);
    const coreSeconds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const begun = process.cpuUsage();
      const outputs = await session.run({ slices: input });
      const { user, system } = process.cpuUsage(begun);
      coreSeconds.push((user + system) / 1e6);
      for (const output of Object.values(outputs)) output.dispose();
    }
    runs.push({ slices, coreSeconds: median(coreSeconds) });
  }
  await session.release();
  return { ...fit(runs), runs };
}

/** Least squares, weighted by 1 / slices², so that small batches count as much as large ones. */
function fit(runs: readonly EncoderRun[]): Pick<EncoderTimes, 'coreSecondsPerRun' | 'coreSecondsPerSlice'> {
  const sum = (of: (run: EncoderRun) => number) =>
    runs.reduce((total, run) => total + of(run) / run.slices ** 2, 0);
  const [one, x, y, xx, xy] = [
    sum(() => 1),
    sum(({ slices }) => slices),
    sum(({ coreSeconds }) => coreSeconds),
    sum(({ slices }) => slices ** 2),
    sum(({ slices, coreSeconds }) => slices * coreSeconds),
  ];
  const coreSecondsPerSlice = (one * xy - x * y) / (one * xx - x * x);
  return { coreSecondsPerRun: Math.max(0, (y - coreSecondsPerSlice * x) / one), coreSecondsPerSlice };
}
