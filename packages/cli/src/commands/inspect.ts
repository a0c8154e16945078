import { create } from '@bufbuild/protobuf';
import { parseConfig } from '@hepastage/platform/config';
import { ErrorCode, HepastageError, Sequence, type SeriesChoice, SeriesChoiceSchema } from '@hepastage/proto';
import { Command } from 'commander';
import { readInputFile } from '../input-file.ts';
import { type FileReport, refusedFile, reportOn } from '../inspect/file-report.ts';
import { reportText } from '../inspect/report-text.ts';
import { reportOnStudy, type StudyReport } from '../inspect/study-report.ts';
import { studyText } from '../inspect/study-text.ts';
import { openStudy } from '../study/open-study.ts';
import { sourceKind, type SourceKind } from '../study/source-kind.ts';
import { localStudySettings, type StudySettings } from '../study/study-settings.ts';

interface Options {
  readonly mask?: true;
  readonly t1wSeries?: string;
  readonly t2wSeries?: string;
  readonly json?: true;
}

/** `hepastage inspect`: what is in these files and studies, and would the service take them? Fails if it would refuse one. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'show what NIfTI files and DICOM studies hold, what each series would be taken for, and their problems',
    )
    .argument('<path...>', '.nii or .nii.gz; or a folder, a .zip or a file of a DICOM study')
    .option('--mask', 'the NIfTI files are liver masks')
    .option('--t1w-series <name>', 'take this series as T1W: its number, or its SeriesInstanceUID')
    .option('--t2w-series <name>', 'take this series as T2W')
    .option('--json', 'print one JSON list instead of text')
    .action(inspect);
}

async function inspect(paths: readonly string[], options: Options): Promise<void> {
  const settings = parseConfig(localStudySettings, process.env);
  const choice = create(SeriesChoiceSchema, { t1w: options.t1wSeries ?? '', t2w: options.t2wSeries ?? '' });
  const reports: (FileReport | StudyReport)[] = [];
  // One after the other: a decompressed volume may take hundreds of megabytes.
  for (const path of paths) {
    const kind = await sourceKind(path);
    if (kind === 'nifti')
      reports.push(reportOn(path, await readInputFile(path), options.mask ? 'mask' : 'image', settings));
    else reports.push(await inspectStudy({ path, kind }, choice, settings));
  }
  console.log(
    options.json
      ? JSON.stringify(reports)
      : reports.map((report) => ('series' in report ? studyText(report) : reportText(report))).join('\n\n'),
  );
  if (reports.some(({ accepted }) => !accepted)) process.exitCode = 1;
}

async function inspectStudy(
  { path, kind }: { path: string; kind: SourceKind },
  choice: SeriesChoice,
  settings: StudySettings,
): Promise<FileReport | StudyReport> {
  try {
    await using study = await openStudy([{ path, kind, sequence: Sequence.SEQUENCE_UNSPECIFIED }], settings);
    return await reportOnStudy(path, study, choice, settings);
  } catch (error) {
    // A path that can't be read is not the study's own fault.
    if (!(error instanceof HepastageError) || error.code === ErrorCode.INVALID_REQUEST) throw error;
    return refusedFile(path, error);
  }
}
