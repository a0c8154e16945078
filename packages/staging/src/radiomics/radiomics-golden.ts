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

/** Throws INVALID_MODEL, also where a classifier has no case: it would count as proven. */
export function parseRadiomicsGolden(
  text: string,
  classifiers: readonly RadiomicsClassifier[],
  folder: string,
): RadiomicsGolden {
  let golden: RadiomicsGolden;
  try {
    golden = JSON.parse(text) as RadiomicsGolden;
    for (const { graph, features } of classifiers) {
      const rows = golden.cases.filter((one) => one.graph === graph).flatMap((one) => one.features);
      if (rows.length > 0 && rows.every((row) => row.length === features.length)) continue;
      throw new Error(`no rows of ${features.length} features for ${graph}`);
    }
    if (!(golden.tolerance > 0 && golden.tolerance < 1e-2)) throw new Error('no tolerance below 0.01');
  } catch (cause) {
    throw invalidPackage(folder, {
      what: 'the golden cases prove nothing',
      expected:
        '{"tolerance", "cases": [{"graph", "features", "probabilities"}]} with a case for every classifier',
      ...(cause instanceof Error && { received: cause.message }),
      cause,
    });
  }
  return golden;
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
