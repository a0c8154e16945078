import { join } from 'node:path';
import { installOnce } from '../helpers/install-once.ts';
import { runProgram } from '../helpers/run-program.ts';

const version = '4.32.5';

/** A Python that has schemathesis, installed from PyPI into a virtual environment under `.cache` the first time. */
export async function installSchemathesis(): Promise<string> {
  const directory = await installOnce(`schemathesis-${version}`, async (environment) => {
    await runProgram('python3', ['-m', 'venv', environment]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await runProgram(join(environment, 'bin/python'), [...pip, `schemathesis==${version}`]);
  });
  // Its scripts name the folder that they were installed in, which has another name now; modules don't.
  return join(directory, 'bin/python');
}
