import { buildImages, ownBases } from '../../infra/docker/build-images.ts';
import { sourcesDigest } from '../../infra/docker/sources-digest.ts';
import { containerEngineAnswers } from './container-engine.ts';
import { runProgram } from './run-program.ts';
import { imagesVariable } from './service-image.ts';
import type { ServiceName } from './service-process.ts';

const defaultTag = 'local';
const names = ['api', 'worker'] as const;

/**
 * The settings that have a test run use the built images. None where somebody has decided already, no engine answers, or the images at hand are of other sources, in which
 * case it says so.
 */
export async function imageSettings(): Promise<Record<string, string>> {
  if (process.env[imagesVariable] !== undefined || !(await containerEngineAnswers())) return {};
  if (await areOfTodaysSources(defaultTag)) return { [imagesVariable]: defaultTag };
  console.log('No images of these sources are at hand, so tests run processes: npm run images makes them.');
  return {};
}

export interface BuiltImages {
  nameOf(name: ServiceName): string;
  /** Makes them, where they are not of today's sources. */
  build?(): Promise<void>;
  /** Why there can't be any. */
  readonly absent?: string;
}

/** The images for tests of images: those that HEPASTAGE_TEST_IMAGES names, or else built of today's sources. */
export async function builtImages(): Promise<BuiltImages> {
  const tag = process.env[imagesVariable] || defaultTag;
  const nameOf = (name: ServiceName) => `hepastage-${name}:${tag}`;
  if (!(await containerEngineAnswers())) return { nameOf, absent: 'no container engine answers' };
  if (process.env[imagesVariable] || (await areOfTodaysSources(tag))) return { nameOf };
  if (!(await canMakeBases()))
    return { nameOf, absent: 'base images are made by root on Debian, with debootstrap' };
  return { nameOf, build: async () => buildImages(await ownBases(), tag) };
}

async function areOfTodaysSources(tag: string): Promise<boolean> {
  const built = await Promise.all(names.map(async (name) => sourcesOf(`hepastage-${name}:${tag}`)));
  if (built.includes(undefined)) return false;
  const today = await sourcesDigest();
  return built.every((sources) => sources === today);
}

/** What an image says it was made of; undefined if there is no such image. */
async function sourcesOf(image: string): Promise<string | undefined> {
  const format = '--format={{index .Config.Labels "hepastage.sources"}}';
  return runProgram('docker', ['image', 'inspect', format, image]).then(
    (said) => said.trim(),
    () => undefined,
  );
}

async function canMakeBases(): Promise<boolean> {
  return runProgram('sh', ['-c', 'test "$(id -u)" = 0 && command -v debootstrap']).then(
    () => true,
    () => false,
  );
}
