import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeTool } from '../../../scripts/checks/run-tool.ts';
import { root } from '../../../scripts/root.ts';
import { type ClusterObject, nameOf } from './objects.ts';

interface Model {
  validate(): void;
}

/** Packages of schemas by API group; those that are not listed are Kubernetes' own. */
const packages: Readonly<Record<string, string>> = {
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api/',
  'keda.sh': '@kubernetes-models/keda/',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/',
};

/** What the object's own schema says against it: a kind that there is not, a field that is missing or of another type. */
export async function schemaProblems(object: ClusterObject): Promise<string[]> {
  const name = nameOf(object);
  let model: new (content: object) => Model;
  try {
    const module = (await import(moduleOf(object))) as Record<string, typeof model | undefined>;
    const found = module[object.kind];
    if (found === undefined) throw new Error(`no ${object.kind}`);
    model = found;
  } catch {
    return [`${name}: there is no ${object.kind} in ${object.apiVersion}`];
  }
  const instance = new model(object);
  try {
    instance.validate();
    return [];
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** `kubernetes-models/apps/v1/Deployment`. */
function moduleOf({ apiVersion, kind }: ClusterObject): string {
  const [group = ''] = apiVersion.split('/');
  return `${packages[group] ?? 'kubernetes-models/'}${apiVersion}/${kind}`;
}

/**
 * Fields that no object of its kind has, at any depth, which the schemas let pass and an API server drops or refuses: each object as a literal of its type, looked at by
 * the compiler.
 */
export async function unknownFields(objects: readonly ClusterObject[]): Promise<string[]> {
  const cache = join(root, '.cache');
  await mkdir(cache, { recursive: true });
  // Within the project, where the compiler finds the types.
  const folder = await mkdtemp(join(cache, 'kubernetes-'));
  try {
    const lines = objects.flatMap((object, i) => [
      `import type { I${object.kind} as T${i} } from '${moduleOf(object)}';`,
      `export const o${i}: T${i} = ${JSON.stringify(object)};`,
    ]);
    await writeFile(join(folder, 'objects.ts'), lines.join('\n'));
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.base.json', files: ['objects.ts'] }),
    );
    const compiled = await executeTool('tsc', ['--project', folder, '--pretty', 'false'], folder);
    const problems = [...compiled.stdout.matchAll(/^objects\.ts\((\d+),\d+\): error \S+ (.*)$/gm)];
    if (!compiled.succeeded && problems.length === 0) throw new Error(compiled.stdout + compiled.stderr);
    return problems.map(
      ([, line, message]) => `${nameOf(objects[Math.ceil(Number(line) / 2) - 1]!)}: ${message}`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
