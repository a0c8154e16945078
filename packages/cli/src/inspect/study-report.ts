import {
  assertUsable,
  decodeDicom,
  type ImageFinding,
  type ImageLimits,
  seriesOf,
  type Stack,
  stackOf,
} from '@hepastage/imaging';
import {
  encodeJson,
  enumName,
  ErrorCode,
  HepastageError,
  type Sequence,
  SequenceSchema,
  type SeriesChoice,
  type SeriesReport,
  type SeriesReportJson,
  SeriesReportSchema,
  type SkippedFilesJson,
  SkippedFilesSchema,
} from '@hepastage/proto';
import { findingMessage, judgeSeries, qualityOf, type Selection, selectSeries } from '@hepastage/staging';
import { instanceFile } from '../study/instance-file.ts';
import type { OpenedStudy } from '../study/open-study.ts';

/** What a DICOM study holds, and whether the service would stage it. */
export type StudyReport = {
  readonly file: string;
  /** Every series: what it would be taken for, and why. */
  readonly series: readonly SeriesReportJson[];
  /** Files that are no usable MR image. */
  readonly skipped: readonly SkippedFilesJson[];
  /** Files that hold an instance which another file has brought already. */
  readonly duplicates: number;
} & (
  | { readonly accepted: true }
  | { readonly accepted: false; readonly code: string; readonly message: string }
);

/** Looks at a study as the service would, quality of the two chosen series included. Throws INVALID_REQUEST where a file can't be read any more. */
export async function reportOnStudy(
  file: string,
  { index, study }: Pick<OpenedStudy, 'index' | 'study'>,
  choice: SeriesChoice,
  limits: ImageLimits,
): Promise<StudyReport> {
  const { selection, refusal: notSelected } = select(seriesOf(study.instances).map(stackOf), choice);
  const notSound = await checkQuality(selection, limits);
  const refusal = index.refusal ?? notSelected ?? notSound;
  return {
    file,
    ...(refusal === undefined
      ? { accepted: true }
      : { accepted: false, code: refusal.codeName, message: refusal.message }),
    series: selection.reports.map((report) => encodeJson(SeriesReportSchema, report)),
    skipped: study.skipped.map((skipped) => encodeJson(SkippedFilesSchema, skipped)),
    duplicates: index.duplicates,
  };
}

/** Where the choice can't be met or no series is suitable, why, and what the series are all the same. */
function select(
  stacks: readonly Stack[],
  choice: SeriesChoice,
): { selection: Selection; refusal?: HepastageError } {
  try {
    return { selection: selectSeries(stacks, choice) };
  } catch (error) {
    if (!(error instanceof HepastageError)) throw error;
    return { selection: judgeSeries(stacks, undefined), refusal: error };
  }
}

/** Adds what the quality gate finds to the chosen series' reports. One after the other: memory holds one volume. Returns why the first can't be staged. */
async function checkQuality(
  { chosen, reports }: Selection,
  limits: ImageLimits,
): Promise<HepastageError | undefined> {
  let refusal: HepastageError | undefined;
  for (const [sequence, stack] of chosen) {
    const report = reports.find((one) => isOf(one, stack))!;
    try {
      const findings = await qualityFindings(stack, sequence, limits);
      report.findings.push(...findings.map((finding) => findingMessage(finding, sequence)));
      assertUsable([...stack.findings, ...findings]);
    } catch (error) {
      if (!(error instanceof HepastageError) || error.code === ErrorCode.INVALID_REQUEST) throw error;
      const { codeName: code, message } = error;
      if (!report.findings.some((finding) => finding.code === code)) {
        report.findings.push(findingMessage({ code, severity: 'SEVERE', message }, sequence));
      }
      refusal ??= error.at(enumName(SequenceSchema, sequence).toLowerCase());
    }
  }
  return refusal;
}

async function qualityFindings(
  stack: Stack,
  sequence: Sequence,
  limits: ImageLimits,
): Promise<ImageFinding[]> {
  return qualityOf(await decodeDicom(stack, instanceFile, limits), sequence);
}

function isOf({ seriesInstanceUid, part }: SeriesReport, { series }: Stack): boolean {
  return seriesInstanceUid === series.seriesInstanceUid && part === series.part;
}
