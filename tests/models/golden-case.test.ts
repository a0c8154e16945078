import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Sequence } from '@hepastage/proto';
import { loadModelPackage, type ModelPackage, packageOfKind, StagingModel } from '@hepastage/staging';
import { verifyGoldenCase } from '../../packages/staging/src/model/golden-case.ts';
import type { EncodedSlices } from '../../packages/staging/src/model/model-outputs.ts';

type Alter = (encoded: EncodedSlices) => Partial<EncodedSlices>;

const packageFolder = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));
const outputs = ['tokens', 'attention', 'evidence'] as const;
const sequences = [
  ['T1W', Sequence.T1W],
  ['T2W', Sequence.T2W],
] as const;

let modelPackage: ModelPackage;
let model: StagingModel;
before(async () => {
  modelPackage = await loadModelPackage(packageFolder);
  // Starting runs the golden case, in the service's own engine.
  model = await StagingModel.start(modelPackage, {
    providers: ['cpu'],
    threads: 1,
    batch: { slicesMax: 4, delayMsMax: 1 },
  });
});
after(async () => model.stop());

for (const [name, sequence] of sequences) {
  for (const output of outputs) {
    test(`${name} ${output} that are a hundredth too large, or hold a NaN, are found`, async () => {
      const found = new RegExp(`golden case \\(.*received ${name} ${output} [^,]*\\)`);
      for (const wrong of [
        (encoded: EncodedSlices) => encoded[output].map((value) => value * 1.01),
        (encoded: EncodedSlices) => encoded[output].with(7, Number.NaN),
      ]) {
        const verified = verifyAltered(sequence, (encoded) => ({ [output]: wrong(encoded) }));
        await assert.rejects(verified, found);
      }
    });
  }

  test(`${name} maps that are mirrored are found, though they hold the same values`, async () => {
    for (const output of ['attention', 'evidence'] as const) {
      const verified = verifyAltered(sequence, (encoded) => ({
        [output]: mirrorRows(encoded[output], encoded.mapWidth),
      }));
      await assert.rejects(verified, new RegExp(`received ${name} ${output} `));
    }
  });

  test(`${name} rounded to the 10 bits of TF32 is accepted`, async () => {
    await verifyAltered(sequence, (encoded) =>
      Object.fromEntries(outputs.map((output) => [output, roundToTf32(encoded[output])])),
    );
  });
}

/** The golden case of a model that encodes one sequence otherwise. Its stager sees the tokens as they were, so that only the encoder's outputs can tell. */
async function verifyAltered(altered: Sequence, alter: Alter): Promise<void> {
  const unaltered: Float32Array[] = [];
  await verifyGoldenCase(
    {
      name: model.name,
      encode: async (sequence, tensor) => {
        const encoded = await model.encode(sequence, tensor);
        unaltered.push(encoded.tokens);
        return sequence === altered ? { ...encoded, ...alter(encoded) } : encoded;
      },
      stage: ({ t1w, t2w }) =>
        model.stage({
          t1w: { positions: t1w!.positions, tokens: unaltered[0]! },
          t2w: { positions: t2w!.positions, tokens: unaltered[1]! },
        }),
    },
    packageOfKind(modelPackage, 'DEEP').golden,
  );
}

function mirrorRows(values: Float32Array, width: number): Float32Array {
  return values.map((_, index) => values[index - (index % width) + width - 1 - (index % width)]!);
}

function roundToTf32(values: Float32Array): Float32Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return new Float32Array(bits.map((value) => (value + 0x1000) & ~0x1fff).buffer);
}
