import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pythonEnvironment } from '../../python-environment.ts';
import { root } from '../../root.ts';
import { executeTool } from '../run-tool.ts';
import type { LicensedPackage } from './licences.ts';

/** Prints name, version and licence of the distributions that it is given: the SPDX expression of PEP 639, or else the first short text that says it. */
const program = `
import json, sys
from importlib.metadata import metadata

def licence(of):
    text = (of["License"] or "").strip()
    names = [c.split(" :: ")[-1] for c in of.get_all("Classifier", []) if c.startswith("License ::")]
    whole_text = "\\n" in text
    return of["License-Expression"] or (not whole_text and text) or " AND ".join(names) or text.split("\\n")[0] or None

found = [metadata(name) for name in sys.argv[1:]]
json.dump([{"name": of["Name"], "version": of["Version"], "license": licence(of)} for of in found], sys.stdout)
`;

/** What packages from before PEP 639 say. */
const spellings: Readonly<Record<string, string>> = {
  'Apache 2.0': 'Apache-2.0',
  'Apache License 2.0': 'Apache-2.0',
  'Apache License v2.0': 'Apache-2.0',
  'Apache Software License': 'Apache-2.0',
  // Some BSD licence, without saying which.
  'BSD License': 'LicenseRef-BSD',
  'MIT License': 'MIT',
  'Python Software Foundation License': 'PSF-2.0',
};

/** The packages that training/requirements.txt names, without what those need: that depends on the machine (CUDA). Makes training/.venv if it is missing. */
export async function readPythonLicences(): Promise<LicensedPackage[]> {
  const names = requirementNames(await readFile(join(root, 'training/requirements.txt'), 'utf8'));
  const { succeeded, stdout, stderr } = await executeTool(await pythonEnvironment(), [
    '-c',
    program,
    ...names,
  ]);
  if (!succeeded) throw new Error(`the licences of the Python packages cannot be read: ${stderr}`);
  const packages = JSON.parse(stdout) as { name: string; version: string; license: string | null }[];
  return packages.map(({ name, version, license }) => ({
    name,
    version,
    license: license === null ? undefined : (spellings[license] ?? license),
  }));
}

/** The names in a requirements file whose lines are comments or `name==version`. Throws on any other line. */
export function requirementNames(requirements: string): string[] {
  return requirements
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => {
      const name = /^([A-Za-z0-9._-]+)==\S+\s*$/.exec(line)?.[1];
      if (name === undefined) throw new Error(`a requirement is not name==version: ${line}`);
      return name;
    });
}
