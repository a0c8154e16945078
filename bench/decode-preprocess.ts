import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeNifti, preprocess } from '@hepastage/imaging';
import { decodeJson, type PreprocessingJson, PreprocessingSchema } from '@hepastage/proto';
import { type BenchResult, median } from './bench-result.ts';

const limits = { decompressedBytesMax: 2 ** 29, voxelsMax: 2 ** 27 };
const image = here('../../shared/data/cirrmri600plus/volumes/t1w-patient005-mild.nii.gz');
/** As the shipped model prepares T1W. */
const instructions = here('../training/preprocessing.json');
const python = process.env['HEPASTAGE_PYTHON'] ?? here('../training/.venv/bin/python');
/** The first runs of each side warm it up and do not count. */
const warmupRuns = 10;
const countedRuns = 15;

/** Decoding and preprocessing of a real T1W volume, ours and nibabel + SciPy's, in turns. */
export async function benchDecodePreprocess(): Promise<readonly BenchResult[]> {
  const missing = [image, python].find((path) => !existsSync(path));
  if (missing !== undefined) {
    console.log(`decode + preprocess: skipped, there is no ${missing}`);
    return [];
  }
  const { T1W: how } = JSON.parse(readFileSync(instructions, 'utf8')) as Record<'T1W', PreprocessingJson>;
  await using reference = referenceProcess(how);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < warmupRuns + countedRuns; run++) {
    const [oursMs, theirsMs] = [runOurs(how), await reference.run()];
    if (run < warmupRuns) continue;
    ours.push(oursMs);
    theirs.push(theirsMs);
  }
  const [oursMs, theirsMs] = [median(ours), median(theirs)];
  return [
    {
      name: 'decode + preprocess of a real T1W volume, times faster than nibabel + SciPy',
      value: theirsMs / oursMs,
      unit: '×',
      aim: { atLeast: 3 },
      details: `medians of ${countedRuns} runs in turns: ${oursMs.toFixed(1)} ms ours, ${theirsMs.toFixed(1)} ms nibabel + SciPy`,
    },
  ];
}

/** Reading the file counts on both sides. */
function runOurs(how: PreprocessingJson): number {
  const begun = performance.now();
  preprocess(decodeNifti(readFileSync(image), limits), undefined, decodeJson(PreprocessingSchema, how));
  return performance.now() - begun;
}

/** One Python for all runs, so that imports do not count. */
function referenceProcess(how: PreprocessingJson): AsyncDisposable & { run(): Promise<number> } {
  const child = spawn(python, [here('decode_preprocess.py'), image, JSON.stringify(how)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    run: async () => {
      child.stdin.write('\n');
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the Python reference ended early');
      return Number(value);
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await lines.next();
    },
  };
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
