import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianPackages } from '../tests/helpers/debian-packages.ts';
import { installOnce } from '../tests/helpers/install-once.ts';
import { runProgram } from '../tests/helpers/run-program.ts';

const pypiVersion = '1.0.20260724';

/** A build of dcm2niix: which one is fastest depends on the compression. */
export interface Dcm2niix {
  readonly name: string;
  /** Converts the series in a folder; milliseconds, its start included. Undefined: it can't. */
  convert(series: string, directory: string): Promise<number | undefined>;
}

/** The image that `convert` leaves in its directory. */
export const imageName = 'image.nii';

/** Debian's build, and the newest of its authors, which can do JPEG-LS too. */
export async function dcm2niixBuilds(): Promise<readonly Dcm2niix[]> {
  const { root, environment } = await debianPackages('dcm2niix', ['dcm2niix']);
  const folder = await installOnce(`dcm2niix-${pypiVersion}`, async (directory) => {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
    await runProgram('python3', [...pip, '--target', directory, `dcm2niix==${pypiVersion}`]);
  });
  return [
    buildOf('Debian’s dcm2niix', join(root, 'usr/bin/dcm2niix'), environment),
    buildOf(`dcm2niix ${pypiVersion}`, join(folder, 'dcm2niix/dcm2niix'), {}),
  ];
}

function buildOf(name: string, program: string, environment: NodeJS.ProcessEnv): Dcm2niix {
  return {
    name,
    convert: async (series, directory) => {
      for await (const file of glob('*', { cwd: directory })) await rm(join(directory, file));
      const options = ['-z', 'n', '-b', 'n', '-f', 'image', '-o', directory, series];
      const env = { ...process.env, ...environment };
      const begun = performance.now();
      await promisify(execFile)(program, options, { env, maxBuffer: 2 ** 24 }).catch(() => {});
      const elapsedMs = performance.now() - begun;
      return existsSync(join(directory, imageName)) ? elapsedMs : undefined;
    },
  };
}
