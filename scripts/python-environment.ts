import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './root.ts';
import { runVisibly } from './run-visibly.ts';

const requirementsFile = join(root, 'training/requirements.txt');
const environmentDirectory = join(root, 'training/.venv');
/** Says for which requirements.txt the packages were installed. */
const stampName = '.installed-for';

/** The Python of `training/.venv`, which is made, or brought up to requirements.txt, first. Run tools with `-m`: the environment may have been moved. */
export async function pythonEnvironment(): Promise<string> {
  const wanted = createHash('sha256')
    .update(await readFile(requirementsFile))
    .digest('hex');
  if (!existsSync(environmentDirectory)) await createEnvironment(wanted);
  else if ((await stampOf(environmentDirectory)) !== wanted) {
    console.log('Installing Python packages of training/requirements.txt …');
    await installRequirements(environmentDirectory, wanted);
  }
  return pythonOf(environmentDirectory);
}

/** Fills the environment under another name first, so that nobody ever sees half of it. */
async function createEnvironment(wanted: string): Promise<void> {
  console.log('Creating training/.venv with PyTorch (a few minutes the first time) …');
  const unfinished = await mkdtemp(`${environmentDirectory}.unfinished-`);
  try {
    await succeeding('python3', ['-m', 'venv', unfinished]);
    await installRequirements(unfinished, wanted);
    await rename(unfinished, environmentDirectory).catch((error: unknown) => {
      // Another process was faster.
      if (!existsSync(environmentDirectory)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function installRequirements(environment: string, wanted: string): Promise<void> {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await succeeding(pythonOf(environment), [...pip, '--requirement', requirementsFile]);
  await writeFile(join(environment, stampName), wanted);
}

async function succeeding(program: string, programArguments: readonly string[]): Promise<void> {
  const code = await runVisibly(program, programArguments);
  if (code !== 0) throw new Error(`${program} ${programArguments.join(' ')} failed with exit code ${code}`);
}

async function stampOf(environment: string): Promise<string | undefined> {
  const path = join(environment, stampName);
  return existsSync(path) ? readFile(path, 'utf8') : undefined;
}

function pythonOf(environment: string): string {
  return join(environment, 'bin/python');
}
