import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { leakingNothing } from '../../helpers/leaks.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { type FuzzRun, runFuzz } from '../run-fuzz.ts';
import { faultlessName, targets, targetsModule } from './targets.ts';

const expected: Readonly<Record<string, RegExp>> = {
  'wrong error': /^threw TypeError: Cannot read properties of undefined/,
  'our fault': /^threw HepastageError: something went wrong/,
  'wrong answer': /^this is no answer$/,
  'stray rejection': /^outside of what was awaited: threw RangeError: nobody waits for this/,
  'stray error': /^outside of what was awaited: threw SyntaxError/,
  'endless loop': /^hung: nothing was heard of the case for 1000 ms$/,
  'endless wait': /^hung: nothing was heard of the case for 1000 ms$/,
  'never settled': /^the process ended with 13/,
  hog: /^the case took 1\d\d MiB, of 48 MiB at most$/,
  crash: /^the process ended with SIGKILL/,
  exit: /^the process ended with 0$/,
};

/** How long is waited for one that hangs, ms; the others are to have all the time that they need. */
const hangMs = 1_000;
const patientMs = 30_000;

const run = (folder: string, lines: string[], caseMsMax = patientMs): FuzzRun => ({
  cases: 60,
  seed: 7,
  targetsModule,
  findingsFolder: folder,
  limits: { caseMsMax, findingsMax: 0 },
  say: (line) => lines.push(line),
});

const faultless = targets.find(({ name }) => name === faultlessName)!;

for (const target of targets.filter((one) => one !== faultless)) {
  const { name } = target;
  test(
    `a parser with this fault is found out, and its case runs again alone: ${name}`,
    leakingNothing(async () => {
      await using folder = await temporaryDirectory('findings');
      const lines: string[] = [];
      const caseMsMax = name.startsWith('endless') ? hangMs : patientMs;
      const [first] = await runFuzz([target], run(folder.path, lines, caseMsMax));
      const [found] = first!.findings;
      assert.match(found?.what ?? 'nothing', expected[name]!);
      const index = found!.index;

      const input = await readFile(join(folder.path, `${name}-7-${index}.bin`));
      assert.ok(input.some((byte) => byte > 0xf0));
      const words = lines.join('\n');
      assert.ok(words.includes(`npm run test:fuzz -- --target ${name} --seed 7 --index ${index}`), words);
      assert.equal(lines.at(-1), `fuzz: ${first!.cases} cases, 1 findings, seed 7`);

      const [again] = await runFuzz([target], { ...run(folder.path, [], caseMsMax), index });
      assert.equal(again!.cases, 1);
      assert.match(again!.findings[0]?.what ?? 'nothing', expected[name]!);
    }),
  );
}

test('a parser without a fault is not found out', async () => {
  await using folder = await temporaryDirectory('findings');
  const lines: string[] = [];
  const [ran] = await runFuzz([faultless], run(folder.path, lines));
  assert.deepEqual(ran!.findings, []);
  assert.deepEqual([...ran!.outcomes.keys()].toSorted(), ['NOT_DICOM', 'accepted']);
  assert.equal(lines.at(-1), 'fuzz: 60 cases, 0 findings, seed 7');
});

test('the same seed makes the same cases, another one others', async () => {
  await using folder = await temporaryDirectory('findings');
  const outcomes = async (seed: number) => {
    const [ran] = await runFuzz([faultless], { ...run(folder.path, []), seed, cases: 300 });
    return Object.fromEntries(ran!.outcomes);
  };
  const first = await outcomes(1);
  assert.deepEqual(await outcomes(1), first);
  assert.notDeepEqual(await outcomes(2), first);
});
