import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Sequence } from '@hepastage/proto';
import { loadModelPackage, StagingModel } from '@hepastage/staging';

type Study = Parameters<StagingModel['stage']>[0];

const packageFolder = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));

let model: StagingModel;
let tokenLength: number;
before(async () => {
  model = await StagingModel.start(await loadModelPackage(packageFolder), {
    providers: ['cpu'],
    threads: 1,
    batch: { slicesMax: 2, delayMsMax: 0 },
  });
  const { height = 0, width = 0 } = model.manifest.sequences[0]?.preprocessing ?? {};
  const { tokens } = await model.encode(Sequence.T1W, new Float32Array(3 * height * width));
  tokenLength = tokens.length;
});
after(async () => model.stop());

test('studies staged together get the answers that each gets alone, whatever they lack', async () => {
  const studies: Study[] = [
    { t1w: input(12), t2w: input(3) },
    { t1w: input(1) },
    { t2w: input(7) },
    { t1w: input(5), t2w: input(12) },
  ];
  const together = await model.stageAll(studies);
  const measured = together.filter(({ distance }) => distance?.some((value) => value > 0));
  assert.equal(measured.length, model.manifest.distribution === undefined ? 0 : studies.length);
  for (const [index, study] of studies.entries()) {
    const alone = await model.stage(study);
    const there = [study.t1w && 't1w', study.t2w && 't2w', 'joint'].filter((name) => name !== undefined);
    for (const name of [
      ...there,
      't1wSliceAttention',
      't2wSliceAttention',
      'sequenceAttention',
      'distance',
    ] as (keyof typeof alone)[]) {
      const [got, wanted] = [together[index]![name] ?? [], alone[name] ?? []];
      assert.equal(got.length, wanted.length, name);
      // Distances of made-up tokens are far above 1, where float32 is coarser.
      const difference = Math.max(
        0,
        ...got.map((value, place) => Math.abs(value - wanted[place]!) / Math.max(1, wanted[place]!)),
      );
      assert.ok(difference <= 1e-5, `study ${index}, ${name}: ${difference}`);
    }
  }
  const answers = new Set(together.map(({ joint }) => joint[0]!.toFixed(4)));
  assert.equal(answers.size, studies.length, 'the studies differ');
});

test('a study without any sequence is refused', async () => {
  await assert.rejects(model.stage({}), RangeError);
});

let seed = 1;

/** The minimal standard generator, 0 to 1. */
function random(): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
}

/** A stack of made-up slices, each like no other. */
function input(slices: number) {
  return {
    tokens: Float32Array.from({ length: slices * tokenLength }, () => 4 * random() - 2),
    positions: Float32Array.from({ length: slices }, (_, slice) => (slice + 0.5) / slices),
  };
}
