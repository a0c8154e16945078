import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeDicom,
  type DicomSeries,
  type ImageFinding,
  type ImageLimits,
  seriesOf,
  type Stack,
  stackOf,
  type Volume,
} from '@hepastage/imaging';
import {
  type DicomStudy,
  encodeJson,
  ErrorCode,
  HepastageError,
  type SkippedFilesJson,
  SkippedFilesSchema,
} from '@hepastage/proto';
import { instanceFile } from '../study/instance-file.ts';
import { sharedNumbers, volumeNames } from './volume-names.ts';
import { writeVolume } from './write-volume.ts';

/** A series, as its files name it. */
export interface SeriesName {
  readonly seriesNumber: number;
  readonly seriesInstanceUid: string;
  readonly part: number;
  readonly partName: string;
}

export interface ConvertedVolume extends SeriesName {
  /** File name below the output folder. */
  readonly file: string;
  readonly dims: Volume['dims'];
  readonly spacing: Volume['spacing'];
  readonly orientation: string;
  readonly findings: readonly ImageFinding[];
}

/** A series of which no volume was made. */
export interface UnconvertedSeries extends SeriesName {
  readonly code: string;
  readonly message: string;
  /** Its headers make a volume, but its pixels do not. */
  readonly damaged: boolean;
}

export interface Conversion {
  readonly volumes: readonly ConvertedVolume[];
  readonly passedOver: readonly UnconvertedSeries[];
  /** Files that are no usable MR image. */
  readonly skipped: readonly SkippedFilesJson[];
  /** Series numbers that several SeriesInstanceUIDs share: their files have the letters a, b, … in this order. */
  readonly sharedNumbers: readonly { seriesNumber: number; seriesInstanceUids: readonly string[] }[];
}

export interface ConversionOptions {
  readonly out: string;
  /** Only this series: its number, or its SeriesInstanceUID. */
  readonly series: string | undefined;
  /** Write over files that are there. */
  readonly force: boolean;
  readonly limits: ImageLimits;
  /** Told after each series. */
  readonly onSeries: (done: number, total: number) => void;
}

/** Writes one NIfTI file for each series that makes a volume. Memory holds one volume. Throws SERIES_NOT_FOUND, INVALID_REQUEST. */
export async function convertStudy(study: DicomStudy, options: ConversionOptions): Promise<Conversion> {
  const all = seriesOf(study.instances);
  const names = volumeNames(all);
  const fileOf = (series: DicomSeries) => `${names.get(series)!}.nii.gz`;
  const stacks = wanted(all, options.series).map(stackOf);
  if (!options.force) {
    const files = stacks.filter(({ geometry }) => geometry !== undefined).map(({ series }) => fileOf(series));
    assertAbsent(files, options.out);
  }
  const volumes: ConvertedVolume[] = [];
  const passedOver: UnconvertedSeries[] = [];
  for (const [n, stack] of stacks.entries()) {
    const outcome = await convertSeries(stack, fileOf(stack.series), options);
    if ('file' in outcome) volumes.push(outcome);
    else passedOver.push(outcome);
    options.onSeries(n + 1, stacks.length);
  }
  return {
    volumes,
    passedOver,
    skipped: study.skipped.map((skipped) => encodeJson(SkippedFilesSchema, skipped)),
    sharedNumbers: [...sharedNumbers(all)].map(([seriesNumber, seriesInstanceUids]) => ({
      seriesNumber,
      seriesInstanceUids,
    })),
  };
}

async function convertSeries(
  stack: Stack,
  file: string,
  { out, limits }: ConversionOptions,
): Promise<ConvertedVolume | UnconvertedSeries> {
  const { seriesNumber, seriesInstanceUid, part, partName } = stack.series;
  const name = { seriesNumber, seriesInstanceUid, part, partName };
  if (stack.geometry === undefined) {
    const { code, message } = stack.findings.find(({ severity }) => severity === 'SEVERE')!;
    return { ...name, code, message, damaged: false };
  }
  let volume: Volume;
  try {
    volume = await decodeDicom(stack, instanceFile, limits);
  } catch (error) {
    if (!(error instanceof HepastageError) || error.code === ErrorCode.INVALID_REQUEST) throw error;
    return { ...name, code: error.codeName, message: error.message, damaged: true };
  }
  await writeVolume(join(out, file), volume);
  const { dims, spacing, orientation, findings } = volume;
  return { file, ...name, dims, spacing, orientation, findings };
}

/** All series, or those that `choice` names. Throws SERIES_NOT_FOUND. */
function wanted(series: readonly DicomSeries[], choice: string | undefined): readonly DicomSeries[] {
  if (choice === undefined) return series;
  const isNumber = /^-?\d{1,10}$/.test(choice);
  const named = series.filter(
    ({ seriesInstanceUid, seriesNumber }) =>
      choice === seriesInstanceUid || (isNumber && Number(choice) === seriesNumber),
  );
  if (named.length > 0) return named;
  throw new HepastageError(ErrorCode.SERIES_NOT_FOUND, {
    what: 'the study has no such series',
    where: '--series',
    expected:
      series.length === 0
        ? 'a study with series'
        : `one of the series numbers ${[...new Set(series.map(({ seriesNumber }) => seriesNumber))].join(', ')}`,
  });
}

/** Before anything is written. Throws INVALID_REQUEST. */
function assertAbsent(files: readonly string[], folder: string): void {
  const present = files.filter((file) => existsSync(join(folder, file)));
  if (present.length === 0) return;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'a file is there already',
    where: `--out ${folder}`,
    received: present.join(', '),
    action: 'give another folder, or --force to write over it',
  });
}
