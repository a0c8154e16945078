import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { installKustomize } from '../../helpers/install-kustomize.ts';
import { runProgram } from '../../helpers/run-program.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import type { ClusterObject } from './objects.ts';

export const manifests = join(import.meta.dirname, '../../../infra/k8s');

/** What `kubectl apply -k` would send to a cluster, each as it was rendered. */
export interface Rendering {
  /** What was rendered: an overlay, or one with a component that no overlay has. */
  readonly name: string;
  readonly objects: ClusterObject[];
}

/** Every overlay, and every component: one that no overlay has stands upon those for clusters, as an overlay of somebody’s own would have it. */
export async function renderAll(): Promise<Rendering[]> {
  const overlays = await foldersOf(join(manifests, 'overlays'));
  const used = new Set((await Promise.all(overlays.map(componentsOf))).flat());
  const unused = (await foldersOf(join(manifests, 'components'))).filter((component) => !used.has(component));
  return [
    ...(await Promise.all(overlays.map(async (name) => ({ name, objects: await renderOverlay(name) })))),
    ...(await Promise.all(
      unused.flatMap((component) =>
        ['cpu', 'gpu'].map(async (overlay) => ({
          name: `${overlay} with ${component}`,
          objects: await renderWith(overlay, component),
        })),
      ),
    )),
  ];
}

export async function renderOverlay(name: string): Promise<ClusterObject[]> {
  return render(join(manifests, 'overlays', name));
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Names of the components of an overlay. */
async function componentsOf(overlay: string): Promise<string[]> {
  const text = await readFile(join(manifests, 'overlays', overlay, 'kustomization.yaml'), 'utf8');
  const { components = [] } = parse(text) as { components?: string[] };
  return components.map((path) => path.replace('../../components/', ''));
}

/** As the README has a canary. */
async function renderWith(overlay: string, component: string): Promise<ClusterObject[]> {
  await using folder = await temporaryDirectory('overlay');
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'hepastage',
    resources: [relative(folder.path, join(manifests, 'overlays', overlay))],
    components: [relative(folder.path, join(manifests, 'components', component))],
  };
  await writeFile(join(folder.path, 'kustomization.yaml'), stringify(kustomization));
  return await render(folder.path);
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
