/** `npm run bench`: every figure that we aim at, as a ratio or a peak, measured side by side in this run. */
import { benchApiMemory } from './api-memory.ts';
import type { BenchResult } from './bench-result.ts';
import { benchConcurrentUploads } from './concurrent-uploads.ts';
import { benchDecodePreprocess } from './decode-preprocess.ts';
import { benchDicomDecode } from './dicom-decode.ts';
import { benchTracing } from './tracing.ts';
import { benchWorker } from './worker.ts';

const wanted = process.argv.slice(2);
const benches: Record<string, () => Promise<readonly BenchResult[]>> = {
  imaging: benchDecodePreprocess,
  dicom: benchDicomDecode,
  worker: benchWorker,
  api: benchApiMemory,
  uploads: benchConcurrentUploads,
  tracing: benchTracing,
};

for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const result of await bench()) print(result);
}

function print({ name, value, unit, aim, details }: BenchResult): void {
  const [sign, bound] = 'atMost' in aim ? ['≤', aim.atMost] : ['≥', aim.atLeast];
  const reached = 'atMost' in aim ? value <= bound : value >= bound;
  console.log(
    `${name}: ${value.toFixed(2)} ${unit} (aim ${sign} ${bound} ${unit}: ${reached ? 'reached' : 'missed'})`,
  );
  console.log(`  ${details}`);
}
