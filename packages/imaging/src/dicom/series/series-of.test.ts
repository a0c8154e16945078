import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  DicomFrame_Component as Component,
  type DicomInstance,
  MosaicSchema,
  Sequence,
} from '@hepastage/proto';
import { seededRandom } from '../../testing/random.ts';
import { type FrameInit, type InstanceInit, mrInstance, multiFrame } from '../testing/instance-builder.ts';
import { seriesOf } from './series-of.ts';

const coronal = [1, 0, 0, 0, 0, -1];
const sagittal = [0, 1, 0, 0, 0, -1];

test('images of one kind are one series', () => {
  const [series, ...others] = seriesOf(named(slices(10)));
  assert.deepEqual(others, []);
  assert.equal(series!.images.length, 10);
  assert.deepEqual([series!.part, series!.partName], [1, '']);
});

describe('a series with one SeriesInstanceUID is split', () => {
  const cases: readonly (readonly [
    title: string,
    expected: Readonly<Record<string, number>>,
    instances: DicomInstance[],
  ])[] = [
    [
      'by component',
      { magnitude: 4, real: 4, imaginary: 4 },
      [Component.IMAGINARY, Component.MAGNITUDE, Component.REAL].flatMap((component) =>
        slices(4, { component }),
      ),
    ],
    [
      'by image type',
      { adc: 4, tracew: 4 },
      ['TRACEW', 'ADC'].flatMap((value) =>
        slices(4, { imageType: ['ORIGINAL', 'PRIMARY', 'DIFFUSION', value] }),
      ),
    ],
    [
      'by image type, which is not told where it might be anything',
      { 'image type 1': 4, water: 4 },
      ['WATER', 'ANNA'].flatMap((value) => slices(4, { imageType: ['ORIGINAL', 'PRIMARY', value] })),
    ],
    [
      'by echo time, with what slices differ by',
      { 'echo time 2.3 ms': 4, 'echo time 4.6 ms': 4 },
      [4.6, 2.3].flatMap((echoTimeMs) =>
        slices(4, { echoTimeMs }).map((instance, n) => {
          instance.frames[0]!.echoTimeMs = echoTimeMs + 0.001 * n;
          return instance;
        }),
      ),
    ],
    [
      'by b-value',
      { 'b-value 0 s/mm²': 4, 'b-value 800 s/mm²': 4 },
      [800, 0].flatMap((bValue) => slices(4, { bValue })),
    ],
    [
      'by inversion time',
      { 'inversion time 150 ms': 4, 'inversion time not stated': 4 },
      [{}, { inversionTimeMs: 150 }].flatMap((frame) => slices(4, frame)),
    ],
    [
      'by size and by pixel spacing',
      { '6 × 4 pixels of 1.5 mm': 4, '6 × 4 pixels of 3 mm': 4, '12 × 8 pixels of 1.5 mm': 4 },
      [...slices(4, {}, { pixels: pixels(8, 12) }), ...slices(4), ...slices(4, { pixelSpacingMm: [3, 3] })],
    ],
    [
      'by plane',
      { axial: 4, coronal: 3, sagittal: 5 },
      [...slices(3, { orientation: coronal }), ...slices(4), ...slices(5, { orientation: sagittal })],
    ],
    [
      'by time point, where places repeat',
      { 'time point 1': 4, 'time point 2': 4 },
      [7, 3].flatMap((temporalPosition) => slices(4, { temporalPosition })),
    ],
    [
      'by acquisition number, where places repeat',
      { 'acquisition 1': 4, 'acquisition 2': 4, 'acquisition 3': 4 },
      [1, 2, 3].flatMap((acquisitionNumber) => slices(4, {}, { acquisitionNumber })),
    ],
    [
      'by acquisition number, when each volume took two breath-holds',
      { 'acquisition 1': 6, 'acquisition 2': 6 },
      [1, 3].flatMap((first) =>
        slices(6).map((instance, n) => {
          instance.acquisitionNumber = first + (n % 2);
          return instance;
        }),
      ),
    ],
    [
      'by trigger time, where places repeat',
      { 'trigger 1': 4, 'trigger 2': 4 },
      [0, 600].flatMap((triggerTimeMs) => slices(4, { triggerTimeMs })),
    ],
    [
      'by echo number, where the time is not stated',
      { 'echo 1': 4, 'echo 2': 4 },
      [1, 2].flatMap((echoNumber) => slices(4, { echoNumber })),
    ],
    [
      'by several of them',
      {
        'magnitude, time point 1': 4,
        'magnitude, time point 2': 4,
        'phase, time point 1': 4,
        'phase, time point 2': 4,
      },
      [Component.PHASE, Component.MAGNITUDE].flatMap((component) =>
        [1, 2].flatMap((temporalPosition) => slices(4, { component, temporalPosition })),
      ),
    ],
    [
      'by what its sender says that it is',
      { 'sent as T1W': 4, 'sent as T2W': 4 },
      [Sequence.T2W, Sequence.T1W].flatMap((sequence) => slices(4, {}, { sequence })),
    ],
  ];
  for (const [title, expected, instances] of cases) {
    test(title, () => {
      const found = seriesOf(shuffled(named(instances), 5));
      assert.deepEqual(
        found.map(({ partName, images }) => [partName, images.length]),
        Object.entries(expected),
      );
      assert.deepEqual(
        found.map(({ part }) => part),
        Object.keys(expected).map((_, n) => n + 1),
      );
    });
  }
});

describe('a series is not split', () => {
  const cases: Readonly<Record<string, DicomInstance[]>> = {
    'by acquisition numbers that count breath-holds': slices(8).map((instance, n) => {
      instance.acquisitionNumber = n % 2;
      return instance;
    }),
    'by trigger times of single slices': slices(8).map((instance, n) => {
      instance.frames[0]!.triggerTimeMs = 100 * n;
      return instance;
    }),
    'by corrections in its image type': slices(8).map((instance, n) => {
      instance.frames[0]!.imageType = ['ORIGINAL', 'PRIMARY', 'M', ...(n % 2 ? ['NORM', 'DIS2D'] : ['ND'])];
      return instance;
    }),
    'into single images of a radial acquisition': slices(12).map((instance, n) => {
      const [c, s] = [Math.cos((n * Math.PI) / 12), Math.sin((n * Math.PI) / 12)];
      instance.frames[0]!.orientation = [c, s, 0, 0, 0, -1];
      return instance;
    }),
    'into single images of one place and many times': slices(12).map((instance, n) => {
      instance.frames[0]!.positionMm = [0, 0, 0];
      instance.frames[0]!.temporalPosition = n;
      return instance;
    }),
    'where nothing tells images of one place apart': [...slices(4), ...slices(4)],
    'into echoes that are no volumes': [...slices(2, { echoTimeMs: 90 }), ...slices(2, { echoTimeMs: 120 })],
    'into grids that are no volumes': [...slices(2), ...slices(2, { pixelSpacingMm: [3, 3] })],
    'into planes that are no volumes': [
      ...slices(1),
      ...slices(2, { orientation: coronal }),
      ...slices(2, { orientation: sagittal }),
    ],
  };
  for (const [title, instances] of Object.entries(cases)) {
    test(title, () => {
      const [series, ...others] = seriesOf(named(instances));
      assert.deepEqual([series!.images.length, others.length], [instances.length, 0]);
    });
  }
});

test('single images of other directions are set apart from a stack, together', () => {
  const strays = [coronal, sagittal].map((orientation, n) => mrInstance(`stray${n}`, 0, { orientation }));
  const names = seriesOf([...named(slices(5)), ...strays]).map((series) => [
    series.partName,
    series.images.length,
  ]);
  assert.deepEqual(names, [['axial', 5], ['other orientations', 2]]); // prettier-ignore
});

test('the sequences that a sender names are kept apart, however few their images are', () => {
  const sent = [Sequence.T1W, Sequence.T2W].map((sequence) => mrInstance(`${sequence}`, 0, {}, { sequence }));
  assert.deepEqual(seriesOf(sent).map(({ partName }) => partName), ['sent as T1W', 'sent as T2W']); // prettier-ignore
});

test('mosaics are volumes by themselves: echoes are told apart, time points are not', () => {
  const mosaics = [10, 30].flatMap((echoTimeMs) =>
    [1, 2].map((acquisitionNumber) =>
      mrInstance('', 0, { echoTimeMs }, { acquisitionNumber, mosaic: create(MosaicSchema, { tiles: 9 }) }),
    ),
  );
  assert.deepEqual(seriesOf(named(mosaics)).map(({ images }) => images.length), [2, 2]); // prettier-ignore
});

test('an object that came twice counts once', () => {
  const instances = named(slices(5));
  const [series] = seriesOf([...instances, ...instances.toReversed()]);
  assert.equal(series!.images.length, 5);
});

test('frames of enhanced objects are split like images of classic ones', () => {
  const frames = [Component.MAGNITUDE, Component.PHASE].flatMap((component) =>
    Array.from({ length: 3 }, (_, n) => ({ component, positionMm: [0, 0, n] })),
  );
  const [magnitude, phase] = seriesOf([multiFrame('enhanced', frames)]);
  assert.deepEqual(magnitude!.images.map(({ index }) => index), [0, 1, 2]); // prettier-ignore
  assert.deepEqual(phase!.images.map(({ index }) => index), [3, 4, 5]); // prettier-ignore
});

test('series come in order of number, UID and part, whatever the order of the instances', () => {
  const study = named([
    ...slices(4, {}, { seriesInstanceUid: '2.25.20', seriesNumber: 7, words: ['T2', 'AXIAL'] }),
    ...[1, 2].flatMap((echoTimeMs) =>
      slices(4, { echoTimeMs }, { seriesInstanceUid: '2.25.21', seriesNumber: 2 }),
    ),
    ...slices(4, {}, { seriesInstanceUid: '2.25.19', seriesNumber: 7 }),
  ]);
  const expected = seriesOf(study);
  assert.deepEqual(
    expected.map(({ seriesNumber, seriesInstanceUid, part, words }) => [
      seriesNumber,
      seriesInstanceUid,
      part,
      words,
    ]),
    [
      [2, '2.25.21', 1, []],
      [2, '2.25.21', 2, []],
      [7, '2.25.19', 1, []],
      [7, '2.25.20', 1, ['T2', 'AXIAL']],
    ],
  );
  for (const seed of [1, 2, 3]) assert.deepEqual(seriesOf(shuffled(study, seed)), expected);
});

test('ten thousand images of two time points and of as many orientations as images are split', () => {
  const many = named([1, 2].flatMap((temporalPosition) => slices(5000, { temporalPosition })));
  assert.deepEqual(seriesOf(shuffled(many, 9)).map(({ images }) => images.length), [5000, 5000]); // prettier-ignore
  const radial = named(slices(10_000)).map((instance, n) => {
    instance.frames[0]!.orientation = [Math.cos(n), Math.sin(n), 0, 0, 0, -1];
    return instance;
  });
  const images = seriesOf(radial).reduce((total, series) => total + series.images.length, 0);
  assert.equal(images, 10_000);
});

test('no instances are no series', () => assert.deepEqual(seriesOf([]), []));

function slices(count: number, frame: FrameInit = {}, rest: InstanceInit = {}): DicomInstance[] {
  return Array.from({ length: count }, (_, n) => mrInstance('', 3 * n, { ...along(frame, 3 * n) }, rest));
}

/** Slices of other planes lie one behind the other too. */
function along(frame: FrameInit, at: number): FrameInit {
  const { orientation } = frame;
  if (orientation === coronal) return { ...frame, positionMm: [0, at, 0] };
  if (orientation === sagittal) return { ...frame, positionMm: [at, 0, 0] };
  return frame;
}

/** With a SOP Instance UID each. */
function named(instances: readonly DicomInstance[]): DicomInstance[] {
  return instances.map((instance, n) => ({ ...instance, sopInstanceUid: `2.25.1.${n}` }));
}

function pixels(rows: number, columns: number) {
  const [{ pixels: format }] = [mrInstance('', 0)];
  return { ...format!, rows, columns };
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return values
    .map((value) => ({ value, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
