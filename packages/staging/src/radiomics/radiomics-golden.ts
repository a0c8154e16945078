import { ErrorCode, HepastageError, type RadiomicsClassifier } from '@hepastage/proto';
import { invalidPackage } from '../model/package-files.ts';

/** Rows of features and the probabilities that each graph must give for them: `golden.json` of a RADIOMICS package. */
export interface RadiomicsGolden {
  /** Largest difference of a probability. */
  readonly tolerance: number;
  readonly cases: readonly GoldenRows[];
}

interface GoldenRows {
  /** File name. */
  readonly graph: string;
  /** [N][F] */
  readonly features: readonly (readonly number[])[];
  /** [N][K] */
  readonly probabilities: readonly (readonly number[])[];
}

/** What the golden cases must fit: classifiers of K `stages`. */
interface Proven {
  readonly classifiers: readonly RadiomicsClassifier[];
  readonly stages: number;
}

/** Throws INVALID_MODEL, also where a classifier has no case (it would count as proven) or a case no classifier. */
export function parseRadiomicsGolden(text: string, proven: Proven, folder: string): RadiomicsGolden {
  try {
    const golden = JSON.parse(text) as RadiomicsGolden;
    if (!(golden.tolerance > 0 && golden.tolerance < 1e-2)) throw new Error('no tolerance below 0.01');
    for (const one of golden.cases) assertFits(one, proven);
    const missing = proven.classifiers.find(({ graph }) => golden.cases.every((one) => one.graph !== graph));
    if (missing) throw new Error(`no case for ${missing.graph}`);
    return golden;
  } catch (cause) {
    throw invalidPackage(folder, {
      what: 'the golden cases prove nothing',
      expected:
        '{"tolerance", "cases": [{"graph", "features", "probabilities"}]} with a case for every classifier',
      ...(cause instanceof Error && { received: cause.message }),
      cause,
    });
  }
}

function assertFits({ graph, features, probabilities }: GoldenRows, { classifiers, stages }: Proven): void {
  const classifier = classifiers.find((one) => one.graph === graph);
  if (classifier === undefined) throw new Error(`a case for ${graph}, which is no classifier`);
  const columns = classifier.features.length;
  if (features.length === 0 || !features.every((row) => row.length === columns))
    throw new Error(`no rows of ${columns} features for ${graph}`);
  if (probabilities.length !== features.length || !probabilities.every((row) => row.length === stages))
    throw new Error(`for ${graph}, not ${features.length} rows of ${stages} probabilities`);
}

/** [N][F] → [N][K] by a graph. */
export type Classify = (
  graph: string,
  rows: readonly (readonly number[])[],
) => Promise<readonly (readonly number[])[]>;

/** Runs every case. Throws INVALID_MODEL with the largest difference where one is off. */
export async function verifyRadiomicsGolden(
  name: string,
  { tolerance, cases }: RadiomicsGolden,
  classify: Classify,
): Promise<void> {
  for (const { graph, features, probabilities } of cases) {
    const wanted = probabilities.flat();
    const got = (await classify(graph, features)).flat();
    const difference =
      got.length === wanted.length
        ? Math.max(...got.map((value, index) => Math.abs(value - (wanted[index] ?? Number.NaN))))
        : Number.NaN;
    // Written so that NaN is beyond every tolerance.
    if (difference <= tolerance) continue;
    throw new HepastageError(ErrorCode.INVALID_MODEL, {
      what: `${graph} does not give the probabilities of its golden case`,
      where: `model ${name}`,
      expected: `a difference of at most ${tolerance}`,
      received: difference.toPrecision(2),
      action: 'build the package again',
    });
  }
}
