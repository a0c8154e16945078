/** What the pool's threads do: everything that computes on voxels or writes DICOM, so that the main thread never does. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  assertUsable,
  backProject,
  decodeDicom,
  decodeNifti,
  encodeNifti,
  type ImageKind,
  type ImageLimits,
  maskBits,
  preprocess,
  radiomicsFeatures,
  seriesOf,
  shareMarked,
  stackOf,
  type Volume,
} from '@hepastage/imaging';
import {
  decodeJson,
  decodeText,
  type DicomInstance,
  DicomStudySchema,
  encodeJson,
  ErrorCode,
  HepastageError,
  SeriesReportSchema,
  SkippedFilesSchema,
  StagingResultSchema,
  StudyRequestSchema,
} from '@hepastage/proto';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { evidenceObject, fhirReport, isUpright, keySliceCapture, stagingSr } from '@hepastage/reports';
import { drawKeySlice, encodePng } from '../explain/key-slice.ts';
import { liverInSlices } from '../explain/liver-in-slices.ts';
import type {
  ExplainTask,
  Explanation,
  FileBytes,
  PreparedVolume,
  PrepareTask,
  RadiomicsOutcome,
  Reports,
  ReportTask,
  Selection,
  SelectTask,
  Settled,
} from './imaging-protocol.ts';
import { qualityOf } from '../quality/quality-of.ts';
import { selectSeries } from '../selection/select-series.ts';
import { ownBuffers } from './own-buffers.ts';

/** A heatmap is smooth and mostly zero: higher levels cost time and save nothing. */
const heatmapGzipLevel = 1;

/** Index → chosen series. */
export async function select({ index, choice }: SelectTask): Promise<Settled<Selection>> {
  return settle(() => {
    const study = decodeText(DicomStudySchema, new TextDecoder().decode(verify(index, 'study')));
    const stacks = seriesOf(study.instances).map(stackOf);
    const { chosen, reports } = selectSeries(stacks, choice);
    return {
      chosen,
      reports: reports.map((one) => encodeJson(SeriesReportSchema, one)),
      skipped: study.skipped.map((skipped) => encodeJson(SkippedFilesSchema, skipped)),
    };
  });
}

/** decode → check quality → preprocess → features of the liver. */
export async function prepare(task: PrepareTask): Promise<Settled<PreparedVolume>> {
  return settle(async () => {
    const { name, sequence, liverMask: maskFile, limits, preprocessing } = task;
    const image = await at(name, async () => decodeImage(task));
    const liverMask =
      maskFile && (await at(maskName(name), () => decodeFile(maskFile, maskName(name), 'mask', limits)));
    const decoded = performance.now();
    const findings = [...image.findings, ...qualityOf(image, sequence)];
    const stack = await at(name, () => {
      assertUsable(findings);
      return preprocess(image, liverMask, preprocessing);
    });
    const { dims, affine, spacing, affineSource, orientation } = image;
    return {
      stack,
      geometry: { dims, affine, spacing, affineSource, orientation },
      liverBits: liverMask && maskBits(liverMask),
      findings,
      radiomics: task.radiomics && liverMask ? radiomicsOf(image, liverMask) : undefined,
      preprocessSeconds: (performance.now() - decoded) / 1_000,
    };
  });
}

/** No study fails for want of a second opinion. */
function radiomicsOf(image: Volume, liverMask: Volume): RadiomicsOutcome {
  try {
    return { ok: true, features: radiomicsFeatures(image, liverMask) };
  } catch (error) {
    return { ok: false, reason: HepastageError.from(error).publicMessage };
  }
}

/** Heat → artefacts. */
export async function explain(task: ExplainTask): Promise<Settled<Explanation>> {
  return settle(() => {
    const { header, heat, sequence, sliceGrid, geometry, liverBits, mapHeight, mapWidth } = task;
    const onGrid = backProject({ values: heat, height: mapHeight, width: mapWidth }, sliceGrid, geometry);
    const map = isMapped(task) ? evidenceObject(header, { sequence, heat: onGrid, geometry }) : undefined;
    const picture = drawKeySlice(task, sliceGrid);
    return {
      heatmap: digested(gzipSync(encodeNifti(geometry, onGrid), { level: heatmapGzipLevel })),
      keySlice: digested(encodePng(picture)),
      evidence: map && digested(map),
      capture: digested(keySliceCapture(header, { sequence, ...picture })),
      heatInLiver: liverBits && shareMarked(onGrid, liverBits),
      liverInSlices: liverBits && liverInSlices(sliceGrid, geometry, liverBits),
    };
  });
}

/**
 * A map goes to the images that it maps, on their frame of reference. A sequence that came as NIfTI has neither: its heatmap says the same in a fraction of
 * the bytes.
 */
function isMapped({ header, sequence, geometry }: ExplainTask): boolean {
  return header.sources.has(sequence) && isUpright(geometry);
}

/** Result → reports. */
export async function report({ result, request, study }: ReportTask): Promise<Settled<Reports>> {
  return settle(() => {
    const input = {
      result: decodeJson(StagingResultSchema, result),
      request: decodeJson(StudyRequestSchema, request),
      study,
    };
    return {
      sr: digested(stagingSr(input)),
      fhir: digested(new TextEncoder().encode(JSON.stringify(fhirReport(input)))),
    };
  });
}

async function decodeImage({ name, image, limits }: PrepareTask): Promise<Volume> {
  if (image.kind === 'nifti') return decodeFile(image.file, name, 'image', limits);
  const fileOf = ({ key }: DicomInstance): Uint8Array => {
    const file = image.files[key];
    if (file === undefined) throw new RangeError('a slice without its file');
    return verify(file, name);
  };
  return decodeDicom(image.stack, fileOf, limits);
}

function decodeFile(file: FileBytes, name: string, kind: ImageKind, limits: ImageLimits): Volume {
  return decodeNifti(verify(file, name), limits, kind);
}

function maskName(name: string): string {
  return `${name}_liver_mask`;
}

/** The file's bytes, which are those that were uploaded. `name` stands in the error's own words: its place is not told to clients. */
function verify({ bytes, sha256 }: FileBytes, name: string): Uint8Array {
  const found = digestOf(bytes);
  if (found === sha256) return bytes;
  throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, {
    what: `the stored file of ${name} is not the one that was uploaded`,
    expected: `sha256 ${sha256}`,
    received: found,
    action: 'check the object store, and send the study again',
  });
}

function digested(bytes: Uint8Array): FileBytes {
  return { bytes, sha256: digestOf(bytes) };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What `work` throws is said to be at `name`. */
async function at<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw HepastageError.from(error).at(name);
  }
}

async function settle<T>(work: () => T | Promise<T>): Promise<Settled<T>> {
  try {
    const value = { ok: true, value: await work() } as const;
    return movable(value);
  } catch (error) {
    const { code, details, cause } = HepastageError.from(error);
    return { ok: false, code, details: { ...details, cause } };
  }
}

/** `value`, its large buffers handed over instead of copied. */
function movable<T extends Settled<unknown>>(value: T): T {
  return move({ [transferableSymbol]: ownBuffers(value), [valueSymbol]: value }) as unknown as T;
}
