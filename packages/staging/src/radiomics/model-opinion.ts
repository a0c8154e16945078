import { create } from '@bufbuild/protobuf';
import type { RadiomicsFeatureName, RadiomicsFeatures } from '@hepastage/imaging';
import {
  enumName,
  type ModelManifest,
  ModelManifest_KindSchema,
  type ModelOpinion,
  ModelOpinionSchema,
  type RadiomicsClassifier,
  type RadiomicsFeature,
  type Sequence,
  SequenceSchema,
  type Warning,
  WarningSchema,
} from '@hepastage/proto';
import { indexOfLargest } from '../explain/heat.ts';
import { inputName } from '../model/input-name.ts';
import { modelWarnings } from '../model/model-warnings.ts';

/** Features that an opinion names as its drivers, at most. */
const driversMax = 5;

type FeaturesBySequence = ReadonlyMap<Sequence, RadiomicsFeatures>;
type Row = readonly number[];

/**
 * What a classifier is asked, [1 + F][F]: the study's features; then, for each feature, the same with the training studies' median in its place. How far the answer moves is
 * that feature's influence.
 */
export function featureRows({ features }: RadiomicsClassifier, found: FeaturesBySequence): Row[] {
  const values = features.map(({ sequence, name }) => valueOf(found, sequence, name));
  return [values, ...features.map(({ median }, n) => values.with(n, median))];
}

function valueOf(found: FeaturesBySequence, sequence: Sequence, name: string): number {
  // Names were checked when the package was read.
  const value = found.get(sequence)?.[name as RadiomicsFeatureName];
  if (value === undefined) throw new RangeError(`there is no ${name} of sequence ${sequence}`);
  return value;
}

/** The answers [1 + F][K] to `featureRows` as the message that goes out. */
export function modelOpinion(
  { manifest, sha256 }: { readonly manifest: ModelManifest; readonly sha256: string },
  { sequences, features }: RadiomicsClassifier,
  [values = []]: readonly Row[],
  [probabilities = [], ...withMedian]: readonly Row[],
): ModelOpinion {
  const { name, version, provenance, stages } = manifest;
  const stage = indexOfLargest(probabilities);
  const described = features.map((feature, n) => ({
    ...withoutType(feature),
    value: values[n]!,
    influence: probabilities[stage]! - withMedian[n]![stage]!,
  }));
  const input = inputName(sequences);
  return create(ModelOpinionSchema, {
    model: { name, version, sha256, trainedOn: provenance?.trainedOn ?? '' },
    kind: enumName(ModelManifest_KindSchema, manifest.kind),
    sequences,
    stage: stages[stage] ?? '',
    probabilities: stages.map((label, n) => ({ stage: label, probability: probabilities[n]! })),
    drivers: described
      .filter(({ influence }) => influence !== 0)
      .toSorted((one, other) => Math.abs(other.influence) - Math.abs(one.influence))
      .slice(0, driversMax),
    metrics: manifest.metrics.filter((metric) => metric.input === input),
    licence: provenance?.licence ?? '',
    warnings: [...modelWarnings(manifest), ...outsideTraining(described)],
  });
}

/** The plain fields: a message within a message's initialiser would bring its own type along. */
function withoutType({ sequence, name, median, lower, upper }: RadiomicsFeature) {
  return { sequence, name, median, lower, upper };
}

type Described = ReturnType<typeof withoutType> & { readonly value: number };

/** A classifier that sees what it never saw in training may answer anything. */
function outsideTraining(features: readonly Described[]): Warning[] {
  const outside = features.filter(({ value, lower, upper }) => !(value >= lower && value <= upper));
  if (outside.length === 0) return [];
  const list = outside.map(
    ({ sequence, name, value, lower, upper }) =>
      `${enumName(SequenceSchema, sequence)} ${name} ${figure(value)} (${figure(lower)} to ${figure(upper)})`,
  );
  return [
    create(WarningSchema, {
      code: 'FEATURES_OUTSIDE_TRAINING_RANGE',
      message: `Outside the 1st to 99th percentile of the training studies: ${list.join(', ')}.`,
    }),
  ];
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
