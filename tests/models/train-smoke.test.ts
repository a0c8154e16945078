import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../helpers/run-program.ts';
import { type Row, rowsOf } from '../helpers/table-rows.ts';
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

  const table = rowsOf(await readFile(join(folder.path, 'predictions.csv'), 'utf8'));
  assert.equal(new Set(table.map(({ study }) => study)).size, 6);
  const measured = await readFile(join(folder.path, 'report/metrics.json'), 'utf8');
  assert.deepEqual(accuraciesReported(measured), accuraciesOf(table));
});

test('a folder with files of others is left alone', async () => {
  await using folder = await temporaryDirectory('train-smoke');
  await writeFile(join(folder.path, 'thesis.txt'), 'mine');
  await assert.rejects(runProgram(process.execPath, ['scripts/train-smoke.ts', folder.path], root), {
    stderr: /^train:smoke: .* holds files that are not of an earlier run/,
  });
  assert.deepEqual(await readdir(folder.path), ['thesis.txt']);
});

/** Share of the studies whose likeliest stage is theirs, by input and by whether a liver mask came. */
function accuraciesOf(table: readonly Row[]): Record<string, number> {
  const whole = table.filter(({ slice }) => slice === '');
  const groups = Map.groupBy(whole, ({ input, variant }) => nameOf(input!, variant === 'liver'));
  return Object.fromEntries(
    [...groups].map(([name, rows]) => [name, rounded(rows.filter(isRight).length / rows.length)]),
  );
}

function isRight(row: Row): boolean {
  const [likeliest] = ['mild', 'moderate', 'severe'].toSorted(
    (one, other) => Number(row[`p_${other}`]) - Number(row[`p_${one}`]),
  );
  return likeliest === row['stage'];
}

interface Metric {
  readonly name: string;
  readonly input: string;
  readonly measuredOn: string;
  readonly value: number;
}

function accuraciesReported(metrics: string): Record<string, number> {
  const { patientLevel } = JSON.parse(metrics) as { readonly patientLevel: readonly Metric[] };
  const found = patientLevel.filter(({ name }) => name === 'accuracy');
  return Object.fromEntries(
    found.map(({ input, measuredOn, value }) => [
      nameOf(input, !/no liver mask/.test(measuredOn)),
      rounded(value),
    ]),
  );
}

function nameOf(input: string, hasMask: boolean): string {
  return `${input} ${hasMask ? 'with' : 'without'} a liver mask`;
}

/** To the digits that reports have. */
function rounded(share: number): number {
  return Number(share.toFixed(4));
}

function encoderBytes({ files }: Manifest): number {
  return files.find(({ name }) => name === 'encoder.t1w.onnx')?.bytes ?? Number.NaN;
}
