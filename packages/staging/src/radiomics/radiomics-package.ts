import { radiomicsFeatureNames } from '@hepastage/imaging';
import type { ModelManifest, RadiomicsClassifier } from '@hepastage/proto';
import { inputName } from '../model/input-name.ts';
import { invalidPackage, type PackageFiles } from '../model/package-files.ts';
import { parseRadiomicsGolden, type RadiomicsGolden } from './radiomics-golden.ts';

/** Classifiers of features of the liver, whose files are all there and unaltered. */
export interface RadiomicsPackage {
  readonly kind: 'RADIOMICS';
  readonly manifest: ModelManifest;
  /** SHA-256 of manifest.json, lower-case hexadecimal. */
  readonly sha256: string;
  readonly classifiers: readonly RadiomicsClassifier[];
  /** ONNX graphs by file name. */
  readonly graphs: ReadonlyMap<string, Uint8Array>;
  readonly golden: RadiomicsGolden;
}

/** Throws INVALID_MODEL. */
export function readRadiomicsPackage({ folder, manifest, sha256, file }: PackageFiles): RadiomicsPackage {
  const classifiers = manifest.radiomics?.classifiers ?? [];
  if (manifest.stages.length < 2 || classifiers.length === 0)
    throw invalidPackage(folder, { what: 'manifest.json lacks stages or classifiers' });
  for (const classifier of classifiers) checkClassifier(classifier, folder);
  checkInputs(manifest, classifiers, folder);
  return {
    kind: 'RADIOMICS',
    manifest,
    sha256,
    classifiers,
    graphs: new Map(classifiers.map(({ graph }) => [graph, file(graph)])),
    golden: parseRadiomicsGolden(
      new TextDecoder().decode(file(manifest.golden)),
      { classifiers, stages: manifest.stages.length },
      folder,
    ),
  };
}

/** Every input is judged by one classifier, and figures of how well stand beside what it says. */
function checkInputs(
  { metrics }: ModelManifest,
  classifiers: readonly RadiomicsClassifier[],
  folder: string,
): void {
  const judged = new Set<string>();
  for (const { graph, sequences } of classifiers) {
    const input = inputName(sequences);
    if (judged.has(input))
      throw invalidPackage(folder, { what: `a second classifier, ${graph}, judges ${input}` });
    judged.add(input);
    if (metrics.some((metric) => metric.input === input)) continue;
    throw invalidPackage(folder, {
      what: `manifest.json has no figures of the classifier ${graph}`,
      expected: `metrics for the input ${input}`,
    });
  }
}

const known = new Set<string>(radiomicsFeatureNames);

function checkClassifier({ graph, sequences, features }: RadiomicsClassifier, folder: string): void {
  if (sequences.length === 0 || features.length === 0)
    throw invalidPackage(folder, { what: `the classifier ${graph} lacks sequences or features` });
  if (sequences.some((one, n) => n > 0 && one <= sequences[n - 1]!)) {
    throw invalidPackage(folder, {
      what: `the classifier ${graph} names its sequences twice or out of order`,
      expected: 'T1W before T2W, each once',
      received: inputName(sequences),
    });
  }
  for (const { name, sequence, median, lower, upper } of features) {
    if (!known.has(name)) {
      throw invalidPackage(folder, {
        what: `the classifier ${graph} reads a feature that is not computed here`,
        expected: 'one of the shape and first-order features of PyRadiomics',
        received: name,
      });
    }
    if (!sequences.includes(sequence) || !(lower <= median && median <= upper)) {
      throw invalidPackage(folder, {
        what: `the classifier ${graph} describes ${name} wrongly`,
        expected: 'one of its sequences, and lower ≤ median ≤ upper',
      });
    }
  }
}
