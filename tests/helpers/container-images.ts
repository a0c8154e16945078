import { sourcesDigest } from '../../infra/docker/sources-digest.ts';
import { runProgram } from './run-program.ts';
import type { ServiceName } from './service-process.ts';

const variable = 'HEPASTAGE_TEST_IMAGES';
const defaultTag = 'local';

/** The image that tests run instead of a process: hepastage-<name> with the tag that HEPASTAGE_TEST_IMAGES names. Without it, none. */
export function serviceImage(name: ServiceName): string | undefined {
  const tag = process.env[variable];
  return tag === undefined || tag === '' ? undefined : `hepastage-${name}:${tag}`;
}

/**
 * The settings that have a test run use the built images: none where it has such settings already, no engine answers, or the images at hand are not of today's sources, in
 * which case it says so.
 */
export async function imageSettings(): Promise<Record<string, string>> {
  if (process.env[variable] !== undefined) return {};
  const built = await Promise.all((['api', 'worker'] as const).map(async (name) => sourcesOf(name, defaultTag)));
  if (built.some((sources) => sources === undefined)) return {};
  const now = await sourcesDigest();
  if (built.every((sources) => sources === now)) return { [variable]: defaultTag };
  console.log('The images at hand are of other sources: testing processes. node infra/docker/build-images.ts builds them.');
  return {};
}

/** What the image says it was made of; undefined if there is no such image, or no engine. */
async function sourcesOf(name: ServiceName, tag: string): Promise<string | undefined> {
  const format = '--format={{index .Config.Labels "hepastage.sources"}}';
  return runProgram('docker', ['image', 'inspect', format, `hepastage-${name}:${tag}`]).then(
    (said) => said.trim(),
    () => undefined,
  );
}
