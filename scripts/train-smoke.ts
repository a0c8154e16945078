/**
 * usage: npm run train:smoke [-- FOLDER]
 *
 * The lab's whole way in minutes, by the commands that docs/training.md names, each in a process of its own: phantoms → prepare → train → pack → verify, in
 * float32 and float16 → evaluate through the served pipeline → report. FOLDER (training/runs/smoke) keeps what came out. The exit code is 0 if every step succeeded.
 *
 * The model is far too small to be of use: this proves the way, not the model.
 */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pythonEnvironment } from './python-environment.ts';
import { root } from './root.ts';
import { runVisibly } from './run-visibly.ts';

const training = join(root, 'training');
const folder = resolve(process.argv[2] ?? join(training, 'runs/smoke'));
const at = (name: string) => join(folder, name);
/** Enough that every split has every stage. */
const studies = '30';

const python = await pythonEnvironment();
const lab = (module: string, ...words: string[]) =>
  [python, ['-m', `hepatrain.${module}`, ...words]] as const;
const hepastage = (...words: string[]) =>
  [process.execPath, [join(root, 'packages/cli/src/main.ts'), ...words]] as const;
const pack = (name: string, precision: string) =>
  lab(
    'package.pack',
    ...['--checkpoint', at('run/checkpoint.pt'), '--prepared', at('prepared')],
    ...['--label', 'smoke-label.json', '--precision', precision, '--out', at(name)],
  );

const steps = {
  phantoms: lab('phantoms', '--out', at('phantoms'), '--studies', studies, '--seed', '11'),
  prepare: hepastage(
    ...['prepare', at('phantoms/cohort.csv'), '--preprocessing', join(training, 'preprocessing.json')],
    ...['--out', at('prepared')],
  ),
  train: lab(
    'train',
    ...['--prepared', at('prepared'), '--config', 'configs/smoke.json', '--run', at('run')],
    ...['--trained-on', `${studies} synthetic phantoms`],
  ),
  pack: pack('package', 'float32'),
  verify: hepastage('model', 'verify', at('package')),
  'pack in float16': pack('package-float16', 'float16'),
  'verify float16': hepastage('model', 'verify', at('package-float16')),
  evaluate: hepastage(
    ...['evaluate', at('phantoms/cohort.csv'), '--model', at('package'), '--split', 'test'],
    ...['--out', at('predictions.csv')],
  ),
  report: lab('evaluate', at('predictions.csv'), '--out', at('report')),
} as const;

await rm(folder, { recursive: true, force: true });
for (const [name, [program, words]] of Object.entries(steps)) {
  console.log(`\n── ${name}`);
  const code = await runVisibly(program, words, training);
  if (code !== 0) {
    console.error(`train:smoke: the step ${name} ended with exit code ${code}; what it left is in ${folder}`);
    process.exit(code);
  }
}
console.log(`\nThe package, its predictions and its report are in ${folder}.`);
