import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzTask } from './report.ts';
import { type FoundCase, writeInput } from './run-target.ts';

/** Keeps the input of a finding, and tells how to run just that case again. */
export async function keepFinding(found: FoundCase, folder: string, task: FuzzTask): Promise<string> {
  const { target, seed, index, what } = found;
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${target}-${seed}-${index}.bin`);
  await writeInput({ ...task, from: index, to: index + 1, writeInputTo: file });
  return [
    `FINDING ${target}, seed ${seed}, index ${index}: ${what}`,
    `  input: ${file}`,
    `  again: npm run test:fuzz -- --target ${target} --seed ${seed} --index ${index}`,
  ].join('\n');
}
