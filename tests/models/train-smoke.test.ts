import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../helpers/run-program.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Two minutes on a quiet machine. */
const timeout = 9 * 60_000;

/** A package's manifest, as far as it is looked at here. */
interface Manifest {
  readonly precision: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly stageSets: { readonly thresholds: readonly { readonly input: string }[] };
}

test('npm run train:smoke: phantoms become a package that is served and measured', { timeout }, async () => {
  await using folder = await temporaryDirectory('train-smoke');
  const said = await runProgram(process.execPath, ['scripts/train-smoke.ts', folder.path], root);
  assert.match(said, /smoke@0\.0\.1 \(DEEP, float32\) is intact and gives its golden outputs/);
  assert.match(said, /smoke@0\.0\.1 \(DEEP, float16\) is intact and gives its golden outputs/);

  const manifestOf = async (name: string): Promise<Manifest> =>
    JSON.parse(await readFile(join(folder.path, name, 'manifest.json'), 'utf8')) as Manifest;
  const [full, half] = [await manifestOf('package'), await manifestOf('package-float16')];
  assert.deepEqual(
    full.stageSets.thresholds.map(({ input }) => input),
    ['T1W', 'T2W', 'T1W+T2W'],
  );
  assert.ok(
    encoderBytes(half) < 0.75 * encoderBytes(full),
    `${encoderBytes(half)} of ${encoderBytes(full)} bytes`,
  );

  const table = await readFile(join(folder.path, 'predictions.csv'), 'utf8');
  const studies = new Set(
    table
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',')[0]),
  );
  assert.equal(studies.size, 6);
  const report = await readFile(join(folder.path, 'report/report.md'), 'utf8');
  assert.match(report, /72\.8%/);
});

function encoderBytes({ files }: Manifest): number {
  return files.find(({ name }) => name === 'encoder.t1w.onnx')?.bytes ?? Number.NaN;
}
