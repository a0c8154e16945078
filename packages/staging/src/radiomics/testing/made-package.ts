import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifestJson, RadiomicsClassifierJson, SequenceJson } from '@hepastage/proto';
import { linearAnswer, linearGraph } from './linear-graph.ts';

const bias = [-1.5, 0, 2];

/** Features of a sequence that the made classifiers read, and how they vote for mild, moderate and severe. */
const features = [
  { name: 'original_shape_Sphericity', weights: [3, 0, -3], median: 0.6, lower: 0.4, upper: 0.9 },
  { name: 'original_shape_Flatness', weights: [-1, 0, 1], median: 0.5, lower: 0.3, upper: 0.8 },
  { name: 'original_firstorder_Entropy', weights: [0.1, 0.2, -0.3], median: 2, lower: 1, upper: 4 },
];

export const madeWeights = features.map(({ weights }) => weights);
export const madeBias = bias;

/** Writes a RADIOMICS package of linear classifiers of three features a sequence; `change` alters its manifest. */
export async function writeRadiomicsPackage(
  folder: string,
  change: (manifest: ModelManifestJson) => ModelManifestJson = (manifest) => manifest,
): Promise<void> {
  const classifiers = [classifier('t1w.onnx', ['T1W']), classifier('t2w.onnx', ['T2W']), classifier('both.onnx', ['T1W', 'T2W'])]; // prettier-ignore
  const golden = {
    tolerance: 1e-5,
    cases: classifiers.map(({ graph, sequences }) => {
      const rows = [0.5, 1].map((scale) =>
        sequences!.flatMap(() => features.map(({ median }) => median * scale)),
      );
      const weights = sequences!.flatMap(() => madeWeights);
      return { graph, features: rows, probabilities: rows.map((row) => linearAnswer(weights, bias, row)) };
    }),
  };
  const files: Readonly<Record<string, Uint8Array>> = {
    ...Object.fromEntries(
      classifiers.map(({ graph, sequences }) => [
        graph!,
        linearGraph(
          sequences!.flatMap(() => madeWeights),
          bias,
        ),
      ]),
    ),
    'golden.json': new TextEncoder().encode(JSON.stringify(golden)),
  };
  const manifest: ModelManifestJson = {
    name: 'made-radiomics',
    version: '1.0.0',
    kind: 'RADIOMICS',
    precision: 'FLOAT32',
    stages: ['mild', 'moderate', 'severe'],
    golden: 'golden.json',
    opset: 18,
    radiomics: { classifiers },
    provenance: {
      trainedOn: 'nothing: weights made up for tests',
      licence: 'CC BY-NC 4.0',
      revision: '0',
      command: 'none',
      createdAt: '2026-01-01T00:00:00Z',
      frameworks: ['none'],
    },
    metrics: ['T1W', 'T2W', 'T1W+T2W'].map((input) => ({
      name: 'accuracy',
      input,
      value: 0.5,
      studies: 300,
      measuredOn: 'made up',
      command: 'none',
      lower: 0.45,
      upper: 0.55,
    })),
    intendedUse: 'Tests.',
    warnings: ['MODEL_NOT_CLINICALLY_VALIDATED', 'NON_COMMERCIAL_RESEARCH_ONLY'],
    files: Object.entries(files).map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(change(manifest)));
}

function classifier(graph: string, sequences: SequenceJson[]): RadiomicsClassifierJson {
  return {
    graph,
    sequences,
    features: sequences.flatMap((sequence) =>
      features.map(({ name, median, lower, upper }) => ({ sequence, name, median, lower, upper })),
    ),
  };
}
