import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import type { RadiomicsFeatures } from '@hepastage/imaging';
import { ErrorCode, HepastageError, ModelOpinionSchema, Sequence } from '@hepastage/proto';
import type { PreparedVolume, Settled } from '../imaging/imaging-protocol.ts';
import type { RadiomicsModel } from '../radiomics/radiomics-model.ts';
import type { OpinionEvent } from './pipeline-context.ts';
import { secondOpinions } from './second-opinions.ts';

type Features = Settled<RadiomicsFeatures>;

const found: Features = { ok: true, value: {} as RadiomicsFeatures };
const opinion = create(ModelOpinionSchema, { stage: 'mild' });

function model(name: string, opinions: RadiomicsModel['opinions']): RadiomicsModel {
  return { name, opinions } as RadiomicsModel;
}
const sound = model('sound@1', async (features) => (features.size > 0 ? [opinion] : []));
const failing = model('failing@1', async () => {
  throw new HepastageError(ErrorCode.INFERENCE_FAILED, { what: 'a secret', action: 'send the study again' });
});

async function asked(radiomics: Features, opinionModels: RadiomicsModel[], signal?: AbortSignal) {
  const events: OpinionEvent[] = [];
  const given = await secondOpinions(new Map([[Sequence.T1W, { radiomics } as PreparedVolume]]), {
    opinionModels,
    onOpinion: (event) => events.push(event),
    ...(signal && { signal }),
  });
  const told = events.map((one) => [one.outcome, one.from, 'error' in one ? one.error.codeName : '']);
  return { ...given, told };
}

test('a model that fails costs its own opinion, and is told of', async () => {
  const { opinions, warnings, told } = await asked(found, [failing, sound]);
  assert.deepEqual(opinions, [opinion]);
  assert.deepEqual(
    warnings.map(({ code, message }) => [code, message]),
    [
      [
        'NO_SECOND_OPINION',
        'No second opinion of failing@1: the model could not be asked, for no fault of the study.',
      ],
    ],
  );
  assert.deepEqual(told, [
    ['failed', 'failing@1', 'INFERENCE_FAILED'],
    ['given', 'sound@1', ''],
  ]);
});

test('a study that gives no features is told why', async () => {
  const details = { what: 'the mask marks no voxel', action: 'draw the liver' };
  const { warnings, told } = await asked({ ok: false, code: ErrorCode.EMPTY_MASK, details }, [sound]);
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['No second opinion on T1W: the mask marks no voxel; draw the liver.'],
  );
  assert.deepEqual(told, [['refused', 'T1W', 'EMPTY_MASK']]);
});

test('a fault of ours is not blamed on the study, and its words stay here', async () => {
  for (const code of [ErrorCode.INTERNAL, ErrorCode.STORE_UNAVAILABLE]) {
    const details = { what: 'a secret', action: 'send the study again' };
    const { warnings, told } = await asked({ ok: false, code, details }, [sound]);
    assert.deepEqual(
      warnings.map(({ message }) => message),
      ['No second opinion on T1W: features of the liver could not be computed, for no fault of the study.'],
    );
    assert.equal(told[0]?.[0], 'failed');
  }
});

test('a study that is stopped meanwhile ends for that reason', async () => {
  const controller = new AbortController();
  const stopping = model('stopping@1', async () => {
    controller.abort(new RangeError('stopped'));
    throw new Error('the thread is gone');
  });
  await assert.rejects(asked(found, [stopping], controller.signal), { message: 'stopped' });
});
