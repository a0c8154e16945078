/** What the pool's threads do: everything that computes on voxels or writes DICOM, so that the main thread never does. */
import { gzipSync } from 'node:zlib';
import { backProject, encodeNifti, seriesOf, shareMarked, stackOf } from '@hepastage/imaging';
import {
  decodeJson,
  decodeText,
  DicomStudySchema,
  encodeJson,
  SeriesReportSchema,
  SkippedFilesSchema,
  StagingResultSchema,
  StudyRequestSchema,
} from '@hepastage/proto';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { evidenceObject, fhirReport, isUpright, keySliceCapture, stagingSr } from '@hepastage/reports';
import { drawKeySlice, encodePng } from '../explain/key-slice.ts';
import { liverInSlices } from '../explain/liver-in-slices.ts';
import { selectSeries } from '../selection/select-series.ts';
import { digested, verified } from './digested.ts';
import type {
  ExplainTask,
  Explanation,
  PreparedVolume,
  PrepareTask,
  Reports,
  ReportTask,
  Selection,
  SelectTask,
  Settled,
} from './imaging-protocol.ts';
import { ownBuffers } from './own-buffers.ts';
import { prepareVolume } from './prepare-volume.ts';
import { settled } from './settled.ts';

/** A heatmap is smooth and mostly zero: higher levels cost time and save nothing. */
const heatmapGzipLevel = 1;

/** Index → chosen series. */
export async function select({ index, choice }: SelectTask): Promise<Settled<Selection>> {
  return settle(() => {
    const study = decodeText(DicomStudySchema, new TextDecoder().decode(verified(index, 'study')));
    const stacks = seriesOf(study.instances).map(stackOf);
    const { chosen, reports } = selectSeries(stacks, choice);
    return {
      chosen,
      reports: reports.map((one) => encodeJson(SeriesReportSchema, one)),
      skipped: study.skipped.map((skipped) => encodeJson(SkippedFilesSchema, skipped)),
    };
  });
}

/** Files → a volume that is ready for its encoder. */
export async function prepare(task: PrepareTask): Promise<Settled<PreparedVolume>> {
  return settle(async () => prepareVolume(task));
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

/** How `work` ends, the large buffers of its value handed over instead of copied. */
async function settle<T>(work: () => T | Promise<T>): Promise<Settled<T>> {
  const value = await settled(work);
  if (!value.ok) return value;
  return move({ [transferableSymbol]: ownBuffers(value), [valueSymbol]: value }) as unknown as Settled<T>;
}
