import { parseConfig } from '@hepastage/platform/config';
import { imageSettings } from '@hepastage/platform/settings';
import { Command } from 'commander';
import { Type } from 'typebox';
import { readInputFile } from '../input-file.ts';
import { type FileReport, reportOn } from '../inspect/file-report.ts';
import { reportText } from '../inspect/report-text.ts';

interface Options {
  readonly mask?: true;
  readonly json?: true;
}

/** `hepastage inspect`: what is in these files, and would the service take them? Fails if it would refuse one. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('show geometry, datatype, intensity and problems of NIfTI files')
    .argument('<file...>', '.nii or .nii.gz')
    .option('--mask', 'the files are liver masks')
    .option('--json', 'print one JSON list instead of text')
    .action(inspect);
}

async function inspect(files: readonly string[], options: Options): Promise<void> {
  const limits = parseConfig(Type.Object(imageSettings), process.env);
  const reports: FileReport[] = [];
  // One after the other: a decompressed volume may take hundreds of megabytes.
  for (const file of files) {
    const bytes = await readInputFile(file);
    reports.push(reportOn(file, bytes, options.mask ? 'mask' : 'image', limits));
  }
  console.log(options.json ? JSON.stringify(reports) : reports.map(reportText).join('\n\n'));
  if (reports.some(({ accepted }) => !accepted)) process.exitCode = 1;
}
