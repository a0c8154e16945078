import { parseConfig } from '@hepastage/platform/config';
import { Sequence } from '@hepastage/proto';
import { Command } from 'commander';
import { conversionText } from '../convert/conversion-text.ts';
import { type Conversion, convertStudy } from '../convert/convert-study.ts';
import { makeOutputFolder } from '../output-folder.ts';
import { isWatched, progressBar } from '../progress-bar.ts';
import { openStudy } from '../study/open-study.ts';
import { localStudySettings } from '../study/study-settings.ts';

interface Options {
  readonly out: string;
  readonly series?: string;
  readonly force?: true;
  readonly json?: true;
}

/** `hepastage convert`: a DICOM study → NIfTI files. Fails if no volume comes out, or if files are damaged. */
export function convertCommand(): Command {
  return new Command('convert')
    .description('convert a DICOM study to NIfTI: one file for each series that makes a volume')
    .argument('<path>', 'a folder, a .zip or a file of a DICOM study')
    .requiredOption('--out <folder>', 'where <series number>.nii.gz go')
    .option('--series <name>', 'convert this series alone: its number, or its SeriesInstanceUID')
    .option('--force', 'write over files that are there')
    .option('--json', 'print one JSON document instead of text')
    .action(convert);
}

async function convert(path: string, options: Options): Promise<void> {
  const settings = parseConfig(localStudySettings, process.env);
  await using study = await openStudy([{ path, sequence: Sequence.SEQUENCE_UNSPECIFIED }], settings);
  const { index } = study;
  if (study.study.instances.length === 0 && index.refusal !== undefined) throw index.refusal;
  await makeOutputFolder(options.out);
  using bar = progressBar(isWatched(options), '{bar} {percentage}%', 1);
  const conversion = await convertStudy(study.study, {
    out: options.out,
    series: options.series,
    force: options.force === true,
    limits: settings,
    onSeries: (done, total) => bar.show(done / total),
  });
  console.log(options.json ? JSON.stringify(conversion) : conversionText(conversion, options.out));
  if (index.isDamaged || failed(conversion)) process.exitCode = 1;
}

/** Series that make no volume are no failure: every study has some. */
function failed({ volumes, passedOver }: Conversion): boolean {
  return volumes.length === 0 || passedOver.some(({ damaged }) => damaged);
}
