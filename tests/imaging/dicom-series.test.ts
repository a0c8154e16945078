import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readPart10 } from '@hepastage/dicom';
import { instanceOf, seriesOf } from '@hepastage/imaging';
import type { DicomInstance } from '@hepastage/proto';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { sharedFile, skipWithoutSharedData } from './shared-data.ts';

const skip = skipWithoutSharedData;
const decompressedBytesMax = 2 ** 28;

test('a GE series of two echoes whose components share everything but a private tag', { skip }, async () => {
  const instances = await unzipped('ge-3d-gre-mag-real-imag.zip');
  assert.equal(instances.length, 96);
  assert.deepEqual(partsOf(instances), {
    'magnitude, echo time 1.476 ms': 16,
    'magnitude, echo time 4.476 ms': 16,
    'real, echo time 1.476 ms': 16,
    'real, echo time 4.476 ms': 16,
    'imaginary, echo time 1.476 ms': 16,
    'imaginary, echo time 4.476 ms': 16,
  });
});

test('a Philips survey of three planes', { skip }, async () => {
  const instances = await unzipped('philips-localizer-mixed-orientations.zip');
  assert.deepEqual(partsOf(instances), { axial: 3, coronal: 5, sagittal: 3 });
  const [axial] = seriesOf(instances);
  assert.ok(axial!.words.includes('LOCALIZER'));
  assert.equal(instances[0]!.manufacturer, 'PHILIPS');
});

test('an enhanced Siemens object', { skip }, () => {
  const [instance] = opened('enhanced/siemens-xa30-t1w/In/*.dcm');
  assert.deepEqual(partsOf([instance!]), { '': 96 });
  const [frame] = instance!.frames;
  assert.deepEqual(frame!.scanningSequence, ['IR', 'GR']);
  assert.deepEqual([frame!.repetitionTimeMs, frame!.echoTimeMs, frame!.inversionTimeMs], [1800, 2.41, 900]);
  assert.deepEqual([frame!.fatSuppressed, instance!.bodyPart], [false, 'BRAIN']);
  assert.equal(new Set(instance!.frames.map(({ positionMm }) => positionMm.join())).size, 96);
});

test('an enhanced Philips object of magnitude images and a field map', { skip }, () => {
  const folder = 'enhanced/philips-abdomen-b0/*';
  assert.throws(() => opened(folder), { codeName: 'WRONG_MODALITY' }, 'the object beside it is no image');
  assert.deepEqual(partsOf(opened(folder, isPixelObject)), { magnitude: 9, real: 9 });
});

test('an enhanced object without functional groups has frames without a place', { skip }, () => {
  const [instance] = opened('edge/emri_small.dcm');
  assert.equal(instance!.frames.length, 10);
  assert.ok(instance!.frames.every(({ positionMm }) => positionMm.length === 0));
  assert.deepEqual(partsOf([instance!]), { '': 10 });
});

test('a Siemens mosaic in each transfer syntax', { skip }, () => {
  const instances = opened('transfer-syntaxes/In/*.dcm');
  assert.equal(instances.length, 9);
  for (const { mosaic, frames } of instances) {
    const { orientation } = frames[0]!;
    const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
    const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
    assert.equal(mosaic!.tiles, 35);
    for (const [n, cosine] of normal.entries()) {
      assert.ok(Math.abs(Math.abs(mosaic!.normal[n]!) - Math.abs(cosine)) < 1e-6);
    }
  }
});

test('a slice of a liver after contrast, with an overlay', { skip }, () => {
  const [instance] = opened('abdomen/siemens-t1-vibe-liver-single-slice.dcm');
  const [frame] = instance!.frames;
  assert.ok(instance!.overlay);
  assert.ok(frame!.contrastAgent && frame!.fatSuppressed);
  assert.deepEqual([instance!.manufacturer, instance!.bodyPart], ['SIEMENS', 'ABDOMEN']);
  for (const word of ['T1', 'VIBE', 'FAT_SUPPRESSED', 'AXIAL', 'MPR'])
    assert.ok(instance!.words.includes(word), word);
});

test('objects of other modalities are refused', { skip }, () => {
  for (const [file, received] of [
    ['CT_small', 'CT'],
    ['reportsi', 'SR'],
    ['liver', 'SEG'],
  ]) {
    // prettier-ignore
    assert.throws(() => opened(`edge/${file}.dcm`), { codeName: 'WRONG_MODALITY', message: new RegExp(`received ${received}\\)`) });
  }
});

test('a series of which no split makes a volume stays one', { skip }, () => {
  assert.deepEqual(partsOf(opened('geometry/failing/sliceorientation/001/*')), { '': 4 });
});

/** The images of each part, by its name. */
function partsOf(instances: readonly DicomInstance[]): Record<string, number> {
  const series = seriesOf(instances);
  assert.equal(new Set(series.map(({ seriesInstanceUid }) => seriesInstanceUid)).size, 1);
  return Object.fromEntries(series.map(({ partName, images }) => [partName, images.length]));
}

async function unzipped(name: string): Promise<DicomInstance[]> {
  await using folder = await temporaryDirectory('dicom-series');
  execFileSync('python3', ['-m', 'zipfile', '-e', sharedFile(`dicom/abdomen/${name}`), folder.path]);
  return globSync('**/*.dcm', { cwd: folder.path }).map((path) => read(`${folder.path}/${path}`));
}

function opened(pattern: string, isWanted: (path: string) => boolean = () => true): DicomInstance[] {
  const paths = globSync(pattern, { cwd: sharedFile('dicom') }).map((path) => sharedFile(`dicom/${path}`));
  return paths.filter(isWanted).map(read);
}

function read(path: string): DicomInstance {
  const part10 = readPart10(readFileSync(path), { decompressedBytesMax });
  return instanceOf({ ...part10, hasPixels: part10.pixelData !== undefined });
}

function isPixelObject(path: string): boolean {
  return readPart10(readFileSync(path), { decompressedBytesMax }).pixelData !== undefined;
}
