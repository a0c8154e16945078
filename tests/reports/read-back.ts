import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce } from '../helpers/install-once.ts';
import { runProgram } from '../helpers/run-program.ts';

/** A library of its own for reading DICOM objects, which checks templates as it reads. Its pydicom comes with it. */
const version = '0.28.2';
const script = fileURLToPath(new URL('read_back.py', import.meta.url));

export interface Group {
  readonly trackingIdentifier: string;
  readonly trackingUid: string;
  readonly algorithm: readonly string[];
  readonly findingSite: string;
  /** SOP Instance UID and the frames, for each. */
  readonly images: readonly (readonly [uid: string, frames: readonly number[]])[];
  /** Code, value, unit. */
  readonly measurements: readonly (readonly [code: string, value: number, unit: string])[];
  /** Code, value. */
  readonly evaluations: readonly (readonly [code: string, value: string])[];
}

export interface ReadReport {
  readonly patientId: string;
  readonly accessionNumber: string;
  readonly patientName: string;
  readonly patientComments: string;
  readonly studyUid: string;
  readonly contentTime: string;
  readonly language: string;
  readonly procedure: string;
  readonly deviceUid: string;
  readonly deviceName: string;
  readonly comments: readonly string[];
  /** Series UID and its SOP Instance UIDs. */
  readonly evidence: readonly (readonly [series: string, instances: readonly string[]])[];
  readonly groups: readonly Group[];
}

export interface ReadMap {
  readonly studyUid: string;
  readonly frameOfReferenceUid: string;
  /** Slices, rows, columns. */
  readonly shape: readonly number[];
  /** Of the first frame: LPS, mm. */
  readonly firstPosition: readonly number[];
  /** LPS, of slices sorted along the normal, not those of the file; of (slice, row, column) indices; row-major 4×4. */
  readonly affine: readonly number[];
  /** Base64 of unsigned integers of 16 bits. */
  readonly pixels: string;
  /** Unit, slope, intercept, first and last value. */
  readonly mapping: readonly (string | number)[];
  /** Of each frame: SOP Instance UID and frame, or none. */
  readonly sources: readonly (readonly [uid: string, frame: number | null] | null)[];
}

export interface ReadCapture {
  readonly shape: readonly number[];
  readonly pixels: string;
}

/** Has Python read the files of a folder: `sr.dcm`, `map.dcm` and `capture.dcm`. */
export async function readBack(
  folder: string,
): Promise<{ readonly sr: ReadReport; readonly map: ReadMap; readonly capture: ReadCapture }> {
  return JSON.parse(await runProgram(await python(), [script, folder])) as Awaited<
    ReturnType<typeof readBack>
  >;
}

async function python(): Promise<string> {
  const directory = await installOnce(`highdicom-${version}`, async (environment) => {
    await runProgram('python3', ['-m', 'venv', environment]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await runProgram(join(environment, 'bin/python'), [
      ...pip,
      `highdicom==${version}`,
      'pydicom==3.0.2',
      'numpy==2.4.6',
    ]);
  });
  return join(directory, 'bin/python');
}

/** What the pixels of a map mean: stored value × slope + intercept. */
export function valuesOf({ pixels, mapping }: ReadMap): number[] {
  const [, slope, intercept] = mapping.map(Number);
  const stored = new Uint16Array(new Uint8Array(Buffer.from(pixels, 'base64')).buffer);
  return Array.from(stored, (value) => value * slope! + intercept!);
}

/** Fails unless the map's values are those of `heat`, to half a step. */
export function assertHeat(map: ReadMap, heat: Float32Array): void {
  const values = valuesOf(map);
  assert.equal(values.length, heat.length);
  for (const [n, value] of values.entries()) {
    assert.ok(Math.abs(value - heat[n]!) <= 0.5001 / 65_535, `pixel ${n}: ${value}, not ${heat[n]}`);
  }
}
