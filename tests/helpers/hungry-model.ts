import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AlteredModel, copyOfModel } from './altered-model.ts';
import { runProgram } from './run-program.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { trainingPython } from './training-python.ts';

const script = fileURLToPath(new URL('hungry_encoder.py', import.meta.url));

/**
 * A copy of the shipped model whose T1W encoder has memory for `rows` slices at once, and for any number of slices without a pixel of `brightness`: 1, the default,
 * means those of a patient; 0 means all.
 */
export async function hungryModel({
  rows,
  brightness = 1,
}: {
  readonly rows: number;
  readonly brightness?: number;
}): Promise<AlteredModel> {
  const model = await copyOfModel();
  const hungry = async (encoder: Buffer) => {
    await using folder = await temporaryDirectory('encoder');
    const [whole, altered] = ['whole.onnx', 'altered.onnx'].map((name) => join(folder.path, name));
    await writeFile(whole!, encoder);
    await runProgram(trainingPython(), [script, whole!, altered!, String(rows), String(brightness)]);
    return readFile(altered!);
  };
  await model.alter('encoder.t1w.onnx', hungry, true);
  return model;
}
