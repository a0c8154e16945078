import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { installKustomize } from '../../helpers/install-kustomize.ts';
import { runProgram } from '../../helpers/run-program.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import type { ClusterObject } from './objects.ts';

export const manifests = join(import.meta.dirname, '../../../infra/k8s');

/** What the README has as `…`. */
export const digest = 'a'.repeat(64);

/** What `kubectl apply -k` would send to a cluster, each as it was rendered. */
export interface Rendering {
  /** What was rendered: an overlay, or one with a component that no overlay has. */
  readonly name: string;
  readonly objects: ClusterObject[];
}

/** Every overlay, and the README’s own examples: over `gpu`, as they stand there, and over `cpu`. */
export async function renderAll(): Promise<Rendering[]> {
  const overlays = await foldersOf(join(manifests, 'overlays'));
  return [
    ...(await Promise.all(overlays.map(async (name) => ({ name, objects: await renderOverlay(name) })))),
    ...(await renderExamples('gpu')),
    ...(await renderExamples('cpu')),
  ];
}

export async function renderOverlay(name: string): Promise<ClusterObject[]> {
  return render(join(manifests, 'overlays', name));
}

export async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** The kustomizations of the README by the folder that each is in, `production`. */
export async function examples(): Promise<Map<string, string>> {
  const text = await readFile(join(manifests, 'README.md'), 'utf8');
  const blocks = text.matchAll(/^( *)```yaml\n *# (\S+)\/kustomization\.yaml[^\n]*\n([\s\S]*?)^ *```$/gm);
  return new Map(
    [...blocks].map(([, indent = '', folder = '', block = '']) => [
      folder,
      block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    ]),
  );
}

/** Name of a rendering of an example. */
export function exampleName(folder: string, overlay: string): string {
  return `${folder} of the README over ${overlay}`;
}

/** Every example, in a folder beside a copy of this repository, as the README has them. */
export async function renderExamples(overlay: 'cpu' | 'gpu'): Promise<Rendering[]> {
  await using folder = await temporaryDirectory('examples');
  await symlink(join(manifests, '../..'), join(folder.path, 'hepastage'));
  const all = await examples();
  for (const [name, text] of all) {
    await mkdir(join(folder.path, name));
    const complete = text.replaceAll('…', digest).replace('overlays/gpu', `overlays/${overlay}`);
    await writeFile(join(folder.path, name, 'kustomization.yaml'), complete);
  }
  return await Promise.all(
    [...all.keys()].map(async (name) => ({
      name: exampleName(name, overlay),
      objects: await render(join(folder.path, name)),
    })),
  );
}

let kustomize: ReturnType<typeof installKustomize> | undefined;

async function render(folder: string): Promise<ClusterObject[]> {
  const [program, ...options] = await (kustomize ??= installKustomize());
  const documents = parseAllDocuments(await runProgram(program, [...options, folder]));
  return documents.map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as ClusterObject;
  });
}
