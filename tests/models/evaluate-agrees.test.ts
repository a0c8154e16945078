import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hepastage } from '../helpers/command.ts';
import { runProgram } from '../helpers/run-program.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { trainingFolder, trainingPython } from '../helpers/training-python.ts';

const packageFolder = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));
/** Absolute: two builds of ONNX Runtime, and batches that are cut otherwise. */
const tolerance = 1e-4;
/** What tells rows apart, and what is measured. */
const keys = ['study', 'patient', 'stage', 'split', 'variant', 'input', 'slice'];
const numbers = ['position', 'attention', 'p_mild', 'p_moderate', 'p_severe', 'distance'];

test('training evaluates what is served: the predictions of Python on prepared tensors are those of `hepastage evaluate`', async (context) => {
  await using folder = await temporaryDirectory('agree');
  const at = (name: string) => join(folder.path, name);
  const { t1w, t2w, t2wLiverMask } = phantomStudy('mild');
  const severe = phantomStudy('severe');
  const cohort = [
    'study,sequence,variant,image,liver_mask,stage,split',
    `m,T1W,body,${t1w},,mild,test`,
    `m,T2W,body,${t2w},,mild,test`,
    `m,T2W,liver,${t2w},${t2wLiverMask},mild,test`,
    `s,T1W,body,${severe.t1w},,severe,test`,
  ];
  await writeFile(at('cohort.csv'), cohort.join('\n'));
  await writeFile(at('how.json'), JSON.stringify(await preprocessings()));

  await succeeding('evaluate', at('cohort.csv'), '--model', packageFolder, '--out', at('served.csv'));
  await succeeding('prepare', at('cohort.csv'), '--preprocessing', at('how.json'), '--out', at('prepared'));
  const words = [
    '--package',
    packageFolder,
    '--prepared',
    at('prepared'),
    '--split',
    'test',
    '--out',
    at('python.csv'),
  ];
  await runProgram(trainingPython(), ['-m', 'hepatrain.predict', ...words], trainingFolder);

  const served = rowsOf(await readFile(at('served.csv'), 'utf8'));
  const python = rowsOf(await readFile(at('python.csv'), 'utf8'));
  assert.deepEqual([...served.keys()].sort(), [...python.keys()].sort());
  assert.ok(served.size > 20, `${served.size} rows`);
  let largest = 0;
  for (const [key, row] of served) {
    const other = python.get(key)!;
    for (const name of numbers) {
      assert.equal(row[name] === '', other[name] === '', `${key}, ${name}`);
      const difference = Math.abs(Number(row[name]) - Number(other[name]));
      assert.ok(difference <= tolerance, `${key}, ${name}: ${row[name]} is not ${other[name]}`);
      largest = Math.max(largest, difference);
    }
  }
  context.diagnostic(`${served.size} rows, largest difference ${largest.toExponential(1)}`);
});

type Row = Readonly<Record<string, string>>;

async function preprocessings() {
  const manifest = JSON.parse(await readFile(join(packageFolder, 'manifest.json'), 'utf8')) as {
    sequences: { sequence: string; preprocessing: object }[];
  };
  return Object.fromEntries(
    manifest.sequences.map(({ sequence, preprocessing }) => [sequence, preprocessing]),
  );
}

async function succeeding(...words: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await hepastage(...words);
  assert.equal(exitCode, 0, stderr);
}

/** By what tells them apart. Nothing in these tables is quoted. */
function rowsOf(csv: string): Map<string, Row> {
  const [header = [], ...lines] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const rows = lines.map((values) =>
    Object.fromEntries(header.map((name, column) => [name, values[column]!])),
  );
  return new Map(rows.map((row) => [keys.map((key) => row[key]).join(' '), row]));
}
