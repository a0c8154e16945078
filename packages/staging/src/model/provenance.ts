import type { ModelManifest } from '@hepastage/proto';

/** What a manifest must say of where its model comes from, and does not. */
export function missingProvenance({ provenance, metrics, intendedUse }: ModelManifest): string[] {
  const said: Readonly<Record<string, unknown>> = {
    'provenance.trainedOn': provenance?.trainedOn,
    'provenance.licence': provenance?.licence,
    'provenance.revision': provenance?.revision,
    'provenance.command': provenance?.command,
    'provenance.createdAt': provenance?.createdAt,
    'provenance.frameworks': provenance?.frameworks.join(),
    metrics: metrics.length,
    'metrics[].command': metrics.every(({ command }) => command !== ''),
    intendedUse,
  };
  return Object.entries(said).flatMap(([field, value]) => (value ? [] : [field]));
}
