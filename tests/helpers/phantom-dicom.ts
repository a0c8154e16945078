import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from './temporary-directory.ts';
import { trainingFolder, trainingPython } from './training-python.ts';

/** Whose habits the study was written with. */
export type Vendor = 'siemens' | 'ge' | 'philips' | 'siemens-enhanced' | 'philips-enhanced';

/** A phantom as it leaves a PACS, and its twins as NIfTI files. */
export interface PhantomDicom extends AsyncDisposable {
  /** Its files, in folders. */
  readonly folder: string;
  readonly zip: string;
  readonly t1w: string;
  readonly t2w: string;
  /** Every value that identifies somebody, by attribute. */
  readonly identifiers: Readonly<Record<string, readonly string[]>>;
  readonly studyInstanceUid: string;
  /** SeriesInstanceUIDs of the series that are the twins of `t1w` and `t2w`. */
  readonly seriesUids: Readonly<Record<'t1w' | 't2w', string>>;
}

interface SeriesFile {
  readonly studyInstanceUid: string;
  readonly series: readonly { readonly role: string; readonly seriesInstanceUid: string }[];
}

/** Has the generator write a study; a second or two. */
export async function phantomDicom(
  vendor: Vendor,
  { seed = 7, stage = 'moderate', transferSyntax = 'explicit' } = {},
): Promise<PhantomDicom> {
  await using opening = new AsyncDisposableStack();
  const { path } = opening.use(await temporaryDirectory('phantom-dicom'));
  const options = ['--out', path, '--seed', String(seed), '--stage', stage, '--dicom', vendor];
  await promisify(execFile)(
    trainingPython(),
    ['-m', 'hepatrain.phantoms', ...options, '--transfer-syntax', transferSyntax, '--zip'],
    { cwd: trainingFolder },
  );
  const json = async (name: string) => JSON.parse(await readFile(join(path, name), 'utf8')) as unknown;
  const { studyInstanceUid, series } = (await json('series.json')) as SeriesFile;
  const uidOf = (role: string) => series.find((one) => one.role === role)?.seriesInstanceUid ?? '';
  const owned = opening.move();
  return {
    folder: join(path, 'study'),
    zip: join(path, 'study.zip'),
    t1w: join(path, 't1w.nii.gz'),
    t2w: join(path, 't2w.nii.gz'),
    identifiers: (await json('identifiers.json')) as PhantomDicom['identifiers'],
    studyInstanceUid,
    seriesUids: { t1w: uidOf('t1w'), t2w: uidOf('t2w') },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}
