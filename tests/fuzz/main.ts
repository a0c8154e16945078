/**
 * usage: npm run test:fuzz -- [--cases N] [--seed S] [--target T] [--index I]
 *
 * Runs N cases of mutated inputs (default 20,000) over all targets, or over T alone; with --index only that case. The last line is the sum:
 * `fuzz: N cases, N findings, seed S`. Inputs of findings are kept in tests/fuzz/findings. Exits 1 if there were any.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runFuzz } from './run-fuzz.ts';
import { targets, targetsModule } from './targets.ts';

process.exitCode = await fuzz().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function fuzz(): Promise<number> {
  const { cases, seed, index, target } = parseArgs({
    options: {
      cases: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      index: { type: 'string' },
      target: { type: 'string' },
    },
  }).values;
  const wanted = targets.filter(({ name }) => target === undefined || name === target);
  if (wanted.length === 0) {
    throw new RangeError(
      `there is no target ${target}; there are ${targets.map(({ name }) => name).join(', ')}`,
    );
  }
  const runs = await runFuzz(wanted, {
    cases: wholeNumber('cases', cases),
    seed: wholeNumber('seed', seed),
    index: index === undefined ? undefined : wholeNumber('index', index),
    targetsModule,
    findingsFolder: fileURLToPath(new URL('./findings', import.meta.url)),
    say: (line) => console.log(line),
  });
  return runs.every(({ findings }) => findings.length === 0) ? 0 : 1;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RangeError(`--${name} is a whole number, not ${text}`);
}
