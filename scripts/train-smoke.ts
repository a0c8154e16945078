/**
 * usage: npm run train:smoke [-- FOLDER]
 *
 * The lab's whole way in minutes, by the commands that docs/training.md names, each in a process of its own: phantoms → prepare → train → pack → verify, in
 * float32 and float16 → evaluate through the served pipeline → report. FOLDER (training/runs/smoke) keeps what came out, until the next run. The exit code is 0 if every
 * step succeeded.
 *
 * The model is far too small to be of use: this proves the way, not the model.
 */
import { join, resolve } from 'node:path';
import { emptyOwnFolder } from './own-folder.ts';
import { pythonEnvironment } from './python-environment.ts';
import { root } from './root.ts';
import { runVisibly } from './run-visibly.ts';

const training = join(root, 'training');
const folder = resolve(process.argv[2] ?? join(training, 'runs/smoke'));
await emptyOwnFolder(folder).catch((error: Error) => {
  console.error(`train:smoke: ${error.message}`);
  process.exit(1);
});
/** Enough that every split has every stage. */
const studies = '30';

const python = await pythonEnvironment();
/** Paths hold no blanks of ours; FOLDER may: words are split before it is put in. */
const wordsOf = (line: string) => line.split(' ').map((word) => word.replace('FOLDER', () => folder));
const lab = (line: string) => [python, ['-m', ...wordsOf(`hepatrain.${line}`)]] as const;
const hepastage = (line: string) =>
  [process.execPath, [join(root, 'packages/cli/src/main.ts'), ...wordsOf(line)]] as const;
const pack = (line: string) =>
  lab(
    `package.pack --checkpoint FOLDER/run/checkpoint.pt --prepared FOLDER/prepared --label smoke-label.json ${line}`,
  );

const steps = {
  phantoms: lab(`phantoms --out FOLDER/phantoms --studies ${studies} --seed 11`),
  prepare: hepastage(
    'prepare FOLDER/phantoms/cohort.csv --preprocessing preprocessing.json --out FOLDER/prepared',
  ),
  train: lab('train --prepared FOLDER/prepared --config configs/smoke.json --run FOLDER/run'),
  pack: pack('--out FOLDER/package'),
  verify: hepastage('model verify FOLDER/package'),
  'pack in float16': pack('--precision float16 --out FOLDER/package-float16'),
  'verify float16': hepastage('model verify FOLDER/package-float16'),
  evaluate: hepastage(
    'evaluate FOLDER/phantoms/cohort.csv --model FOLDER/package --split test --out FOLDER/predictions.csv',
  ),
  report: lab('evaluate FOLDER/predictions.csv --out FOLDER/report'),
} as const;

for (const [name, [program, words]] of Object.entries(steps)) {
  console.log(`\n── ${name}`);
  const code = await runVisibly(program, words, training);
  if (code !== 0) {
    console.error(`train:smoke: the step ${name} ended with exit code ${code}; what it left is in ${folder}`);
    process.exit(code);
  }
}
console.log(`\nThe package, its predictions and its report are in ${folder}.`);
