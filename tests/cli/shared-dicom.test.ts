import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Conversion } from '../../packages/cli/src/convert/convert-study.ts';
import type { StudyReport } from '../../packages/cli/src/inspect/study-report.ts';
import { hepastage } from '../helpers/command.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { sharedFile, skipWithoutSharedData } from '../imaging/shared-data.ts';

const skip = skipWithoutSharedData;

/** Why the service would refuse each, and what the series itself has, if there is one. */
const expected: Readonly<Record<string, readonly [code: string, finding?: string]>> = {
  'edge/CT_small.dcm': ['WRONG_MODALITY'],
  'edge/DICOMDIR': ['WRONG_MODALITY'],
  'edge/GH1339.dcm': ['TRUNCATED_FILE'],
  'edge/GH340.dcm': ['INVALID_ATTRIBUTE'],
  'edge/Issue1097_FailToOpenDeflatedFileWithSQ.dcm': ['WRONG_MODALITY'],
  'edge/J2K_pixelrep_mismatch.dcm': ['WRONG_MODALITY'],
  'edge/MR_small.dcm': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'edge/MR_small_RLE.dcm': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'edge/MR_small_bigendian.dcm': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'edge/MR_small_expb.dcm': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'edge/MR_small_implicit.dcm': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'edge/MR_small_jp2klossless.dcm': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'edge/MR_small_jpeg_ls_lossless.dcm': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'edge/MR_small_padded.dcm': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'edge/MR_truncated.dcm': ['TRUNCATED_FILE'],
  'edge/badVR.dcm': ['WRONG_MODALITY'],
  'edge/bad_sequence.dcm': ['WRONG_MODALITY'],
  'edge/emri_small.dcm': ['NO_SUITABLE_SERIES', 'MISSING_GEOMETRY'],
  'edge/emri_small_RLE.dcm': ['NO_SUITABLE_SERIES', 'MISSING_GEOMETRY'],
  'edge/emri_small_big_endian.dcm': ['NO_SUITABLE_SERIES', 'MISSING_GEOMETRY'],
  'edge/emri_small_jpeg_2k_lossless.dcm': ['NO_SUITABLE_SERIES', 'MISSING_GEOMETRY'],
  'edge/emri_small_jpeg_2k_lossless_too_short.dcm': ['TRUNCATED_FILE'],
  'edge/emri_small_jpeg_ls_lossless.dcm': ['NO_SUITABLE_SERIES', 'MISSING_GEOMETRY'],
  'edge/explicit_VR-UN.dcm': ['WRONG_MODALITY'],
  'edge/image_dfl.dcm': ['WRONG_MODALITY'],
  'edge/liver.dcm': ['WRONG_MODALITY'],
  'edge/mlut_18.dcm': ['WRONG_MODALITY'],
  'edge/no_meta.dcm': ['NOT_DICOM'],
  'edge/reportsi.dcm': ['WRONG_MODALITY'],
  // CT, most of them: their geometry is tested in tests/imaging/dicom-volumes.test.ts.
  'geometry/failing/gantrytilting': ['WRONG_MODALITY'],
  'geometry/failing/notavolume': ['WRONG_MODALITY'],
  'geometry/failing/slicecount': ['NO_SUITABLE_SERIES', 'TOO_FEW_SLICES'],
  'geometry/failing/sliceincrement': ['WRONG_MODALITY'],
  'geometry/failing/sliceorientation': ['NO_SUITABLE_SERIES', 'MIXED_ORIENTATIONS'],
  'geometry/rgb': ['WRONG_MODALITY'],
};

describe('inspect tells what each odd file is', { skip }, () => {
  for (const folder of ['edge', 'geometry/failing']) {
    test(`all of ${folder}`, async () => {
      const names = readdirSync(sharedFile(`dicom/${folder}`)).map((name) => `${folder}/${name}`);
      assert.deepEqual(
        new Set(names),
        new Set(Object.keys(expected).filter((name) => name.startsWith(folder))),
        'each is expected here',
      );
      const { exitCode, stdout, stderr } = await hepastage(
        'inspect',
        '--json',
        ...names.map((name) => sharedFile(`dicom/${name}`)),
      );
      assert.equal(exitCode, 1, stderr);
      const reports = JSON.parse(stdout) as StudyReport[];
      for (const [n, name] of names.entries()) {
        const report = reports[n]!;
        const [code, finding] = expected[name]!;
        assert.equal(report.accepted ? 'accepted' : report.code, code, name);
        const severe = report.series
          .flatMap(({ findings = [] }) => findings)
          .find(({ severity }) => severity === 'SEVERE');
        assert.equal(severe?.code, finding, name);
      }
    });
  }
});

test('parts of real series become files of their own', { skip }, async () => {
  await using folder = await temporaryDirectory('convert');
  const ge = await converted('abdomen/ge-3d-gre-mag-real-imag.zip', folder.path);
  assert.deepEqual(
    ge.volumes.map(({ file, partName }) => [file, partName]),
    ['magnitude', 'real', 'imaginary']
      .flatMap((component) => [1.476, 4.476].map((echo) => `${component}, echo time ${echo} ms`))
      .map((partName, n) => [`009-${n + 1}.nii.gz`, partName]),
  );
  const survey = await converted('abdomen/philips-localizer-mixed-orientations.zip', folder.path);
  assert.deepEqual(
    survey.volumes.map(({ file, partName }) => [file, partName]),
    ['axial', 'coronal', 'sagittal'].map((plane, n) => [`1001-${n + 1}.nii.gz`, plane]),
  );
});

test('two slices become a file, the same as another converter’s, and a finding', { skip }, async () => {
  await using folder = await temporaryDirectory('convert');
  const { volumes } = await converted('geometry/failing/slicecount/001', folder.path);
  const [volume, ...others] = volumes;
  assert.ok(volume !== undefined && others.length === 0);
  assert.deepEqual(volume.findings.map(({ code }) => code), ['TOO_FEW_SLICES']); // prettier-ignore
  const bytes = await promisify(gunzip)(await readFile(join(folder.path, volume.file)));
  assert.deepEqual([42, 44, 46].map((at) => bytes.readInt16LE(at)), volume.dims); // prettier-ignore
});

async function converted(path: string, out: string): Promise<Conversion> {
  const { exitCode, stdout, stderr } = await hepastage(
    'convert',
    sharedFile(`dicom/${path}`),
    '--out',
    out,
    '--json',
  );
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout) as Conversion;
}
