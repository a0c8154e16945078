import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { installSchemathesis } from './install-schemathesis.ts';

/** What it tests, and what it may send. */
export interface SchemathesisTarget {
  readonly url: string;
  /** Where authentication is required. */
  readonly apiKey?: string | undefined;
  readonly jobIds: readonly string[];
  readonly artefacts: readonly string[];
  readonly volume: Uint8Array;
  /** An object of the study `studyInstanceUid`. */
  readonly dicom: Uint8Array;
  readonly studyInstanceUid: string;
}

export interface SchemathesisOutcome {
  readonly exitCode: number;
  /** What it printed: failures with how to reproduce them, and its summary. */
  readonly output: string;
  readonly report: SchemathesisReport;
}

/** What its JSON report says, of which this is what we look at. */
export interface SchemathesisReport {
  readonly operations: Readonly<Record<'total' | 'tested' | 'errored' | 'skipped', number>>;
  readonly phases: Readonly<Record<string, { readonly status: string }>>;
  readonly test_cases: { readonly generated: number };
}

/** Any; the same one finds the same. */
const seed = 20_260;
/** Random cases of an operation; the coverage phase adds its own. */
const examplesMax = 25;
const outputBytesMax = 2 ** 26;

/** Runs schemathesis with all checks and phases against a running API. */
export async function runSchemathesis(target: SchemathesisTarget): Promise<SchemathesisOutcome> {
  await using folder = await temporaryDirectory('schemathesis');
  const inFolder = (name: string) => join(folder.path, name);
  await Promise.all([
    ...['schemathesis.toml', 'hooks.py'].map(async (name) =>
      copyFile(join(import.meta.dirname, name), inFolder(name)),
    ),
    writeFile(inFolder('jobs.txt'), linesOf(target.jobIds)),
    writeFile(inFolder('artefacts.txt'), linesOf(target.artefacts)),
    writeFile(inFolder('studies.txt'), linesOf([target.studyInstanceUid])),
    writeFile(inFolder('volume.nii'), target.volume),
    writeFile(inFolder('object.dcm'), target.dicom),
  ]);
  const report = inFolder('report.json');
  const options = [
    '--checks=all',
    `--seed=${seed}`,
    `--max-examples=${examplesMax}`,
    '--continue-on-failure',
    '--no-color',
    `--report-json-path=${report}`,
    ...(target.apiKey === undefined ? [] : ['--header', `Authorization: Bearer ${target.apiKey}`]),
  ];
  const python = await installSchemathesis();
  const { exitCode, output } = await run(
    python,
    ['-m', 'schemathesis.cli', 'run', `${target.url}/openapi.json`, ...options],
    { cwd: folder.path, env: { ...process.env, PYTHONPATH: folder.path }, maxBuffer: outputBytesMax },
  );
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`schemathesis ended with ${exitCode} and no report:\n${output}`);
  return { exitCode, output, report: JSON.parse(text) as SchemathesisReport };
}

async function run(
  program: string,
  programArguments: readonly string[],
  options: Parameters<typeof execFile>[2] & object,
): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    execFile(program, programArguments, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exitCode, output: `${stdout}${stderr}` });
    });
  });
}

/** A dictionary as schemathesis reads them. */
function linesOf(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join('\n');
}
