import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { decodeNifti, type ImageKind, radiomicsFeatures } from '@hepastage/imaging';
import { buildNifti } from '../../packages/imaging/src/testing/nifti-builder.ts';
import { raggedSolid } from './ragged-solid.ts';
import reference from './radiomics-reference.json' with { type: 'json' };
import { sharedFile, skipWithoutSharedData } from './shared-data.ts';

type Triple = [number, number, number];

const limits = { decompressedBytesMax: 2 ** 28, voxelsMax: 2 ** 26 };
const toleranceRelative = 1e-4;

describe('features agree with PyRadiomics 3.1', () => {
  for (const { sequence, volume, patient } of [
    { sequence: 't1w', volume: 't1w-patient005-mild', patient: '5' },
    { sequence: 't2w', volume: 't2w-patient003-severe', patient: '3' },
  ]) {
    test(`of a real ${sequence} volume`, { skip: skipWithoutSharedData }, () => {
      const row = rowOf(patient, real(`radiomics/${sequence}.csv`));
      const found = radiomicsFeatures(
        decodeNifti(real(`volumes/${volume}.nii.gz`), limits),
        decodeNifti(real(`volumes/${volume}.liver.nii.gz`), limits, 'mask'),
      );
      assertAgrees(found, row);
    });
  }

  // Of a solid eaten at by noise, so that every configuration of marching cubes occurs: the reference was computed once by PyRadiomics itself.
  test('of a ragged solid', () => {
    const { dims, spacingMm } = reference;
    const { values, labels } = raggedSolid(dims as Triple);
    const [ni, nj] = dims as [number, number];
    const at = (i: number, j: number, k: number) => (k * nj + j) * ni + i;
    const volume = (kind: ImageKind, voxel: (i: number, j: number, k: number) => number) =>
      decodeNifti(
        buildNifti({
          datatype: 'int16',
          dims: dims as Triple,
          affine: [0, 1, 2].flatMap((axis) =>
            [0, 1, 2, 3].map((column) => (axis === column ? spacingMm[axis]! : 0)),
          ),
          voxel,
        }),
        limits,
        kind,
      );
    const found = radiomicsFeatures(
      volume('image', (i, j, k) => values[at(i, j, k)]!),
      volume('mask', (i, j, k) => labels[at(i, j, k)]!),
    );
    assertAgrees(found, reference.features);
  });
});

function real(path: string): Uint8Array {
  return readFileSync(sharedFile(`cirrmri600plus/${path}`));
}

/** A patient's row of a table. Its quoted columns, which hold commas, are no features. */
function rowOf(patient: string, table: Uint8Array): Record<string, string> {
  const [header = [], ...rows] = new TextDecoder()
    .decode(table)
    .split('\n')
    .map((line) => line.replaceAll(/"[^"]*"/g, '').split(','));
  const row = rows.find(([id]) => id === patient)!;
  return Object.fromEntries(header.map((name, column) => [name, row[column]!]));
}

function assertAgrees(
  found: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, string | number>>,
): void {
  assert.equal(Object.keys(found).length, 32);
  for (const [name, value] of Object.entries(found)) {
    const wanted = Number(expected[name]);
    const difference = Math.abs(value - wanted);
    assert.ok(difference <= toleranceRelative * Math.abs(wanted), `${name} is ${value} instead of ${wanted}`);
  }
}
