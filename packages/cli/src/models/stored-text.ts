import type { StoredManifest } from './package-manifest.ts';

/** What became of a package, and where it lies now. */
export interface StoredOutcome {
  readonly stored: StoredManifest;
  readonly location: string;
  readonly outcome: string;
}

export function storedJson({ stored: { manifest, sha256 }, location, outcome }: StoredOutcome): string {
  const { name, version } = manifest;
  return JSON.stringify({ name, version, sha256, location, outcome });
}

/** A line for people. */
export function storedText({ stored: { manifest, sha256 }, location, outcome }: StoredOutcome): string {
  return `${manifest.name}@${manifest.version} ${outcome}: ${location} (sha256 ${sha256})`;
}
