import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const trainingFolder = fileURLToPath(new URL('../../training', import.meta.url));

/** The Python that training/requirements.txt is installed for: `npm test` makes it. Throws where it is missing. */
export function trainingPython(): string {
  const python = process.env['HEPASTAGE_PYTHON'] ?? join(trainingFolder, '.venv/bin/python');
  if (existsSync(python)) return python;
  throw new Error(
    `there is no Python environment at ${python}: run \`npm test\`, which installs it, or set HEPASTAGE_PYTHON to a Python with training/requirements.txt`,
  );
}
