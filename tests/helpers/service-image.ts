import type { ServiceName } from './service-process.ts';

/** Names the tag of the images that tests run: container-images.ts. */
export const imagesVariable = 'HEPASTAGE_TEST_IMAGES';

/** The image that tests run instead of a process: hepastage-<name> with the tag that HEPASTAGE_TEST_IMAGES names. Without it, none. */
export function serviceImage(name: ServiceName): string | undefined {
  const tag = process.env[imagesVariable];
  return tag === undefined || tag === '' ? undefined : `hepastage-${name}:${tag}`;
}
