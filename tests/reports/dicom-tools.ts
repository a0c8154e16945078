import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { debianPackages, dicomDictionary } from '../helpers/debian-packages.ts';

/** What a program said, whichever way it ended. */
export interface ProgramOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** DCMTK's programs, and dicom3tools' validator: nobody here wrote them. */
export type DicomTool = 'dciodvfy' | 'dcmdump' | 'dsrdump';

/** Most output that is kept, bytes. */
const outputBytesMax = 16 << 20;

/** Runs a program on files. */
export async function runDicomTool(
  tool: DicomTool,
  programArguments: readonly string[],
): Promise<ProgramOutput> {
  const { root, environment } = await debianPackages('dicom-tools', ['dcmtk', 'dicom3tools']);
  const env = { ...process.env, ...environment, ...(await dicomDictionary(root)) };
  const { promise, resolve } = Promise.withResolvers<ProgramOutput>();
  execFile(
    join(root, 'usr/bin', tool),
    programArguments,
    { env, maxBuffer: outputBytesMax },
    (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    },
  );
  return promise;
}

/** What dciodvfy calls an error: the object breaks its IOD. */
export async function dciodvfyErrors(file: string): Promise<string[]> {
  const { stdout, stderr } = await runDicomTool('dciodvfy', ['-new', file]);
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '');
  // It names the IOD that it recognised; where it did not, it has checked nothing.
  if (!lines.some((line) => /^(?:Comprehensive3DSR|ParametricMap|SCImage)$/.test(line))) {
    throw new Error(`dciodvfy did not recognise the object: ${lines.slice(0, 5).join(' | ')}`);
  }
  return lines.filter((line) => line.startsWith('Error'));
}
