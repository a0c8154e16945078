import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../root.ts';
import { differences } from './differences.ts';
import { type CheckOutcome, outcomeOf } from './outcome.ts';
import { runTool } from './run-tool.ts';

/** Generates the contract's TypeScript anew, elsewhere, and compares it with what is committed. Needs no network: the plugin is a local program. */
export async function checkGeneratedCode(): Promise<CheckOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'hepastage-generated-'));
  try {
    const generation = await runTool('buf', [
      'generate',
      'proto',
      '--template',
      'proto/buf.gen.yaml',
      '--output',
      folder,
    ]);
    if (generation.verdict !== 'ok') return generation;
    const differing = differences(
      await filesBelow(join(folder, 'proto/gen')),
      await filesBelow(join(root, 'proto/gen')),
    );
    return outcomeOf(differing.map((path) => `proto/gen/${path} is not what \`npm run generate\` makes`));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function filesBelow(directory: string): Promise<Map<string, string>> {
  const names = await readdir(directory, { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts'));
  return new Map(
    await Promise.all(
      files.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const),
    ),
  );
}
