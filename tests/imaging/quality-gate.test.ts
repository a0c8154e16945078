import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeNifti, type ImageLimits, type Triple, type Volume } from '@hepastage/imaging';
import { ErrorCode, Sequence } from '@hepastage/proto';
import { columnNorms } from '../../packages/imaging/src/geometry/affine.ts';
import { centredAffine } from '../../packages/imaging/src/testing/scene.ts';
import { measureQuality } from '../../packages/staging/src/quality/measures.ts';
import { qualityOf } from '../../packages/staging/src/quality/quality-of.ts';
import { type QualityRule, qualityRules } from '../../packages/staging/src/quality/quality-rules.ts';
import { acquire, coronal, noisy, reoriented, steps } from './made-abdomen.ts';
import { sharedFile, skipWithoutSharedData } from './shared-data.ts';

const { T1W, T2W } = Sequence;
const limits: ImageLimits = { decompressedBytesMax: 2 ** 28, voxelsMax: 2 ** 26 };
const rootFile = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Nobody writes to it. */
const sound = acquire();
/** The sound image, nothing brighter than `top`. */
const clipped = (top: number): Volume => ({
  ...sound,
  data: sound.data.map((value) => Math.min(value, top)),
});

/** For every rule: an image without the finding, one with its warning, one that it ends. */
const ladders: readonly {
  readonly measure: QualityRule['measure'];
  readonly sound: () => Volume;
  readonly warning: () => Volume;
  readonly severe?: () => Volume;
}[] = [
  {
    measure: 'inPlaneMm',
    sound: () => acquire({ dims: [190, 130, 45], columns: steps(2, 4) }),
    warning: () => acquire({ dims: [120, 90, 45], columns: steps(3.2, 4) }),
    severe: () => acquire({ dims: [65, 50, 45], columns: steps(6, 6.2) }),
  },
  {
    measure: 'sliceSpacingMm',
    sound: () => acquire({ dims: [200, 140, 22], columns: steps(1.9, 9.1) }),
    warning: () => acquire({ dims: [200, 140, 15], columns: steps(1.9, 12) }),
    severe: () => acquire({ dims: [200, 140, 8], columns: steps(1.9, 25) }),
  },
  {
    measure: 'lengthMm',
    sound: () => acquire({ dims: [200, 140, 40] }),
    warning: () => acquire({ dims: [200, 140, 25] }),
    severe: () => acquire({ dims: [200, 140, 10] }),
  },
  {
    measure: 'acrossMm',
    sound: () => acquire(coronal(30)),
    warning: () => acquire(coronal(14)),
    severe: () => acquire(coronal(6)),
  },
  {
    measure: 'signalToNoise',
    sound: () => acquire({ noise: 8 }),
    warning: () => acquire({ noise: 20 }),
    severe: () => acquire({ noise: 80 }),
  },
  {
    measure: 'saturatedShare',
    sound: () => sound,
    warning: () => clipped(203),
    severe: () => clipped(60),
  },
  {
    measure: 'filledMm',
    sound: () => sound,
    warning: () => acquire({ dims: [110, 66, 45] }),
    severe: () => acquire({ dims: [48, 48, 45] }),
  },
  { measure: 'edgeShare', sound: () => sound, warning: () => acquire({ dims: [130, 140, 45] }) },
  {
    measure: 'widthMm',
    sound: () => acquire({ size: 0.8 }),
    warning: () => acquire({ size: 0.5 }),
  },
];

test('every rule has a ladder', () => {
  assert.deepEqual(
    ladders.map(({ measure }) => measure),
    qualityRules.map(({ measure }) => measure),
  );
});

for (const { measure, sound: without, warning, severe } of ladders) {
  const { code } = qualityRules.find((rule) => rule.measure === measure)!;
  test(`${code} by ${measure}`, () => {
    assert.deepEqual(severityOf(code, without()), undefined);
    assert.equal(severityOf(code, warning()), 'WARNING');
    if (severe !== undefined) assert.equal(severityOf(code, severe()), 'SEVERE');
  });
}

function severityOf(code: string, volume: Volume): string | undefined {
  const found = qualityOf(volume, T1W).filter((finding) => finding.code === code);
  assert.ok(found.length <= 1, 'one finding a code');
  return found[0]?.severity;
}

test('a sound image has no finding', () => {
  assert.deepEqual(qualityOf(sound, T1W), []);
});

test('a finding says its number, and what it is measured by', () => {
  const coarse = acquire({ dims: [120, 90, 45], columns: steps(3.25, 4) });
  assert.deepEqual(qualityOf(coarse, T1W), [
    {
      code: 'INSUFFICIENT_RESOLUTION',
      severity: 'WARNING',
      message: 'Pixels are 3.25 mm wide; with more than 2 mm the result may be biased.',
      value: 3.25,
    },
  ]);
});

test('T1W and T2W have warnings of their own', () => {
  assert.deepEqual(
    [T1W, T2W].map((sequence) => qualityOf(sound, sequence).map(({ code }) => code)),
    [[], ['INSUFFICIENT_RESOLUTION']],
  );
});

test('the code of what can be severe is the name of an error', () => {
  for (const { code, severe } of qualityRules) if (severe !== undefined) assert.ok(code in ErrorCode, code);
});

test('every warning comes before its severity', () => {
  for (const { bad, warning, severe } of qualityRules) {
    if (severe === undefined) continue;
    const softest = typeof warning === 'number' ? [warning] : [warning.t1w, warning.t2w];
    assert.ok(softest.every((limit) => (bad === 'above' ? limit < severe : limit > severe)));
  }
});

test('nothing depends on the order or direction of the voxel axes', () => {
  const volume = acquire({ noise: 14 });
  const expected = measureQuality(volume);
  for (const order of [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
    [0, 2, 1],
  ] as const) {
    for (const flip of [false, true]) {
      const measured = measureQuality(reoriented(volume, order, flip));
      for (const [name, value] of Object.entries(expected) as [keyof typeof expected, number][]) {
        assertNear(
          measured[name],
          value,
          0.06 * value + 0.01,
          `${name}, axes ${order.join()}, flipped: ${flip}`,
        );
      }
    }
  }
});

test('a tilted acquisition is as sound as a straight one', () => {
  const [cos, sin] = [Math.cos(0.35), Math.sin(0.35)];
  const tilted = acquire({
    columns: [
      [-1.9, 0, 0],
      [0, -1.9 * cos, -1.9 * sin],
      [0, -4 * sin, 4 * cos],
    ],
  });
  assert.deepEqual(qualityOf(tilted, T1W), []);
  assertNear(measureQuality(tilted).lengthMm, 180, 1, 'length');
});

test('nothing depends on how values are stored', () => {
  const volume = acquire({ noise: 8 });
  const { signalToNoise, ...expected } = measureQuality(volume);
  for (const stored of [
    { slope: 0.25 },
    { intercept: -1_000 },
    { slope: -2, data: volume.data.map((value) => -value) },
    { slope: 1e-3, intercept: -0.7 },
  ]) {
    const measured = measureQuality({ ...volume, ...stored });
    assertNear(measured.signalToNoise, signalToNoise!, 0.1 * signalToNoise!, 'signal to noise');
    for (const name of ['lengthMm', 'acrossMm', 'widthMm'] as const) {
      assertNear(measured[name], expected[name]!, 10, name);
    }
  }
});

test('more noise is never a better image', async (t) => {
  const files = globSync('t?w.nii.gz', { cwd: rootFile('tests/fixtures/phantoms/mild') });
  const images = [
    { name: 'made abdomen', sequence: T1W, volume: sound },
    ...files.map((file) => ({
      name: `phantom ${file}`,
      sequence: file.startsWith('t1w') ? T1W : T2W,
      volume: decode(rootFile(`tests/fixtures/phantoms/mild/${file}`)),
    })),
  ];
  for (const { name, sequence, volume } of images) {
    await t.test(name, () => {
      const median = medianOfTissue(volume);
      const ladder = [0, 0.05, 0.1, 0.2, 0.25, 0.4, 0.8, 1.6].map((noise) => noisy(volume, noise * median));
      const ratios = ladder.map((image) => measureQuality(image).signalToNoise!);
      assert.ok(
        ratios.every((ratio, n) => n === 0 || ratio < ratios[n - 1]!),
        `signal to noise falls: ${ratios.map((ratio) => ratio.toFixed(1)).join(' ')}`,
      );
      const severities = ladder.map((image) => lowSignal(image, sequence));
      assert.equal(severities[0], undefined);
      assert.ok(severities.includes('WARNING'));
      assert.equal(severities.at(-1), 'SEVERE');
    });
  }
});

test('the signal-to-noise ratio is the true one within a fifth, where it matters', () => {
  for (const noise of [5, 10, 15, 20]) {
    const volume = acquire({ noise });
    assertNear(measureQuality(volume).signalToNoise, medianOfTissue(volume) / noise, (0.2 * 100) / noise, '');
  }
});

test('interpolated pixels hide no noise', () => {
  const volume = acquire({ noise: 12, dims: [240, 170, 12], columns: steps(1.5, 5) });
  const [width, height, slices] = volume.dims;
  const dims: Triple = [2 * width, 2 * height, slices];
  const affine = centredAffine(dims, steps(0.75, 5));
  const data = new Int16Array(4 * volume.data.length);
  for (let n = 0; n < data.length; n++) {
    const [i, j] = [n % dims[0], Math.floor(n / dims[0]) % dims[1]];
    const k = Math.floor(n / (dims[0] * dims[1]));
    data[n] = volume.data[(i >> 1) + width * ((j >> 1) + height * k)]!;
  }
  const { signalToNoise } = measureQuality(volume);
  const interpolated = measureQuality({ ...volume, dims, affine, spacing: columnNorms(affine), data });
  assertNear(interpolated.signalToNoise, signalToNoise!, 0.15 * signalToNoise!, '');
});

function medianOfTissue({ data }: Volume): number {
  const values = Float64Array.from(data).sort();
  const tissue = values.filter((value) => value > values.at(-1)! / 8);
  return tissue[tissue.length >> 1]!;
}

function lowSignal(volume: Volume, sequence: Sequence): string | undefined {
  return qualityOf(volume, sequence).find(({ code }) => code === 'LOW_SIGNAL_TO_NOISE')?.severity;
}

test('noise is not taken for a body that is cut off', () => {
  const codes = qualityOf(acquire({ noise: 80 }), T1W).map(({ code }) => code);
  assert.deepEqual(codes, ['LOW_SIGNAL_TO_NOISE']);
});

test('blank slices cover nothing', () => {
  const volume = sound;
  const perSlice = volume.dims[0] * volume.dims[1];
  const data = volume.data.map((value, n) => (n < 30 * perSlice ? 0 : value));
  assertNear(measureQuality({ ...volume, data }).lengthMm, 60, 4, 'length');
});

test('voxels that are no numbers change nothing', () => {
  const data = Float32Array.from(sound.data, (value, n) => (n % 11 === 0 ? NaN : value));
  data[5] = Infinity;
  data[6] = -Infinity;
  assert.deepEqual(qualityOf({ ...sound, data }, T1W), []);
});

test('what has no spatial reference is never ended for where the body lies', () => {
  const short = acquire({ dims: [200, 140, 10] });
  assert.equal(severityOf('INSUFFICIENT_COVERAGE', { ...short, affineSource: 'none' }), 'WARNING');
});

test('degenerate volumes are judged without a throw', () => {
  const volume = acquire({ dims: [8, 8, 8] });
  const shapes: readonly Triple[] = [
    [1, 1, 1],
    [2, 1, 3],
    [1, 64, 64],
    [64, 1, 2],
    [16, 16, 16],
  ];
  for (const dims of shapes) {
    for (const fill of [0, 5, -5, NaN, Infinity, -Infinity, 1e300]) {
      for (const varied of [false, true]) {
        const data = Float64Array.from({ length: dims[0] * dims[1] * dims[2] }, (_, n) =>
          varied && n % 3 === 0 ? n : fill,
        );
        for (const { value = 0 } of qualityOf({ ...volume, dims, data }, T2W)) {
          assert.ok(Number.isFinite(value), `${dims.join('×')} of ${fill}`);
        }
      }
    }
  }
});

test('too little tissue to tell its noise is said', () => {
  const tiny = acquire({ dims: [4, 4, 4] });
  assert.ok(
    qualityOf(tiny, T1W).some(({ code, severity }) => code === 'QUALITY_NOT_MEASURED' && severity === 'INFO'),
  );
});

test('the phantoms that the shipped model knows are coarse, and nothing else', () => {
  const files = globSync('*/t?w.nii.gz', { cwd: rootFile('tests/fixtures/phantoms') });
  assert.equal(files.length, 4);
  for (const file of files) {
    const findings = qualityOf(
      decode(rootFile(`tests/fixtures/phantoms/${file}`)),
      file.includes('t1w') ? T1W : T2W,
    );
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [['INSUFFICIENT_RESOLUTION', 'WARNING']],
      file,
    );
  }
});

test('real volumes', { skip: skipWithoutSharedData }, () => {
  const expected = {
    'cirrmri600plus/volumes/t1w-patient005-mild.nii.gz': [],
    'cirrmri600plus/volumes/t2w-patient003-severe.nii.gz': [],
    // 71.5 mm from back to front.
    'nifti/abdomen/philips-t2w-tse-coronal-01.nii.gz': ['WARNING INSUFFICIENT_COVERAGE'],
    // 60 mm from foot to head, 3 mm pixels.
    'nifti/abdomen/totalseg-axial-3mm.nii.gz': [
      'WARNING INSUFFICIENT_RESOLUTION',
      'WARNING INSUFFICIENT_COVERAGE',
    ],
    // A brain.
    'nifti/nifti-reader-js/avg152T1_LR_nifti.nii.gz': ['WARNING SATURATED_IMAGE', 'WARNING WRONG_BODY_PART'],
  };
  for (const [path, wanted] of Object.entries(expected)) {
    const findings = qualityOf(decode(sharedFile(path)), path.includes('t2w') ? T2W : T1W);
    assert.deepEqual(
      findings.map(({ code, severity }) => `${severity} ${code}`),
      wanted,
      path,
    );
  }
});

test('the documentation has the thresholds of the code', () => {
  const text = readFileSync(rootFile('docs/quality-gate.md'), 'utf8').replaceAll(/ +/g, ' ');
  for (const rule of qualityRules) {
    const row = `| ${rule.code} | ${limitsOf(rule, rule.warning)} | ${rule.severe === undefined ? 'never' : limitsOf(rule, rule.severe)} | ${rule.reason} |`;
    assert.ok(text.includes(row), `docs/quality-gate.md lacks the row\n${row}`);
  }
});

/** `> 2 mm (T1W), > 1.5 mm (T2W)`. */
function limitsOf({ bad, unit }: QualityRule, limit: QualityRule['warning']): string {
  const quantity = (value: number): string =>
    `${bad === 'above' ? '>' : '<'} ${`${unit === '%' ? 100 * value : value} ${unit}`.trim()}`;
  return typeof limit === 'number'
    ? quantity(limit)
    : `${quantity(limit.t1w)} (T1W), ${quantity(limit.t2w)} (T2W)`;
}

function decode(path: string): Volume {
  return decodeNifti(readFileSync(path), limits);
}

function assertNear(actual: number | undefined, expected: number, tolerance: number, what: string): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance,
    `${what}: ${actual}, not ${expected}`,
  );
}
