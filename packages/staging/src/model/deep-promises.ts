import { type Distribution, type ModelManifest, type StageSets } from '@hepastage/proto';
import type { GoldenCase } from './golden-case.ts';
import { inputName } from './input-name.ts';
import { invalidPackage } from './package-files.ts';

/**
 * What a DEEP manifest promises of its sets of stages and distances: half a promise would be kept for some studies and quietly broken for others. A package without either
 * promises nothing, and its results say so. Throws INVALID_MODEL.
 */
export function assertPromises(manifest: ModelManifest, golden: GoldenCase, folder: string): void {
  const { stageSets, distribution } = manifest;
  if (stageSets) assertStageSets(stageSets, manifest, folder);
  if (distribution) assertDistribution(distribution, manifest, folder);
  const hasDistance = golden.expected.distance !== undefined;
  if (hasDistance === (distribution !== undefined)) return;
  throw invalidPackage(folder, {
    what: 'the golden case and the manifest do not agree on whether there is a distance',
    expected: 'expected.distance in the golden case where the manifest has a distribution, and only there',
    received: hasDistance ? 'a distance without a distribution' : 'a distribution without a distance',
  });
}

function assertStageSets(
  { level, thresholds }: StageSets,
  { sequences }: ModelManifest,
  folder: string,
): void {
  if (!isShare(level)) {
    throw invalidPackage(folder, {
      what: 'stageSets.level is no share of studies',
      expected: 'above 0, at most 1',
      received: String(level),
    });
  }
  for (const { input, threshold } of thresholds) {
    if (isShare(threshold)) continue;
    throw invalidPackage(folder, {
      what: `stageSets has no threshold that ${input} could reach`,
      expected: 'a probability above 0, at most 1',
      received: String(threshold),
    });
  }
  const ordered = sequences.map(({ sequence }) => sequence).toSorted((one, other) => one - other);
  const inputs = [
    ...ordered.map((one) => inputName([one])),
    ...(ordered.length > 1 ? [inputName(ordered)] : []),
  ];
  assertOnceEach('stageSets.thresholds', inputs, thresholds.map(({ input }) => input), folder); // prettier-ignore
}

function assertDistribution(
  { thresholds }: Distribution,
  { sequences }: ModelManifest,
  folder: string,
): void {
  for (const one of thresholds) {
    if (one.threshold > 0 && Number.isFinite(one.threshold)) continue;
    throw invalidPackage(folder, {
      what: `distribution has no usable threshold for ${inputName([one.sequence])}`,
      expected: 'a distance above 0',
      received: String(one.threshold),
    });
  }
  const [wanted, found] = [sequences, thresholds].map((some) =>
    some.map(({ sequence }) => inputName([sequence])),
  ) as [string[], string[]];
  assertOnceEach('distribution.thresholds', wanted, found, folder);
}

function isShare(value: number): boolean {
  return value > 0 && value <= 1;
}

function assertOnceEach(
  field: string,
  wanted: readonly string[],
  found: readonly string[],
  folder: string,
): void {
  if (found.length === wanted.length && wanted.every((name) => found.includes(name))) return;
  throw invalidPackage(folder, {
    what: `${field} must name every input of the model once`,
    expected: wanted.join(', '),
    received: found.join(', ') || 'none',
  });
}
