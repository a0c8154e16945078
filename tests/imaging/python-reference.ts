import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreprocessingJson } from '@hepastage/proto';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { trainingPython } from '../helpers/training-python.ts';

const script = fileURLToPath(new URL('reference.py', import.meta.url));
/** Most text that the reference prints, bytes. */
const outputBytesMax = 1 << 24;

/** Files to decode, and to preprocess where `preprocessing` is given. */
export interface ReferenceCase {
  readonly image: string;
  readonly mask?: string | undefined;
  readonly preprocessing?: PreprocessingJson;
}

/** What Python found. */
export interface Reference {
  /** Row-major 4×4, voxel → RAS mm. */
  readonly affine: readonly number[];
  readonly axcodes: string;
  /** Of the stack. */
  readonly shape?: readonly number[];
  readonly zMm?: readonly number[];
  /** Voxel values (float64, i fastest), or the stack (float32). */
  readonly values: Float64Array | Float32Array;
}

/** Has the Python reference do all cases in one process. */
export async function pythonReference(cases: readonly ReferenceCase[]): Promise<Reference[]> {
  await using folder = await temporaryDirectory('reference');
  const outputs = cases.map((_, n) => join(folder.path, `${n}.bin`));
  const found = JSON.parse(
    await runPython(JSON.stringify(cases.map((given, n) => ({ ...given, out: outputs[n] })))),
  ) as Omit<Reference, 'values'>[];
  return Promise.all(
    found.map(async (facts, n) => {
      const { buffer } = new Uint8Array(await readFile(outputs[n]!));
      const values = cases[n]!.preprocessing ? new Float32Array(buffer) : new Float64Array(buffer);
      return { ...facts, values };
    }),
  );
}

async function runPython(input: string): Promise<string> {
  const python = trainingPython();
  return new Promise((resolve, reject) => {
    const child = execFile(python, [script], { maxBuffer: outputBytesMax }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
    child.stdin!.end(input);
  });
}
