import type { RadiomicsFeatures } from '@hepastage/imaging';
import {
  ErrorCode,
  HepastageError,
  type ModelManifest,
  ModelManifest_Precision,
  type ModelOpinion,
  type RadiomicsClassifier,
  type Sequence,
} from '@hepastage/proto';
import type { ProviderChoice } from '../inference/execution-provider.ts';
import { InferenceEngine } from '../inference/inference-engine.ts';
import { assertGraph } from '../model/graph-signature.ts';
import { type ModelPackage, packageOfKind } from '../model/model-package.ts';
import type { InferenceObserver } from '../model/staging-model.ts';
import { assertNumbers, rowOf, tensorOf } from '../model/tensors.ts';
import { featureRows, modelOpinion } from './model-opinion.ts';
import { verifyRadiomicsGolden } from './radiomics-golden.ts';
import type { RadiomicsPackage } from './radiomics-package.ts';

type InferenceTimes = Pick<InferenceObserver, 'inference'>;

/** A RADIOMICS package that is loaded and proven by its golden cases: it judges features of the liver. */
export class RadiomicsModel {
  readonly manifest: ModelManifest;
  readonly sha256: string;
  readonly #classifiers: readonly RadiomicsClassifier[];
  readonly #engine: InferenceEngine;
  readonly #observer: InferenceTimes | undefined;

  private constructor(
    { manifest, sha256, classifiers }: RadiomicsPackage,
    engine: InferenceEngine,
    observer: InferenceTimes | undefined,
  ) {
    this.manifest = manifest;
    this.sha256 = sha256;
    this.#classifiers = classifiers;
    this.#engine = engine;
    this.#observer = observer;
  }

  /**
   * In a thread of its own, and on the CPU whatever the deep model runs on: ONNX Runtime has no GPU kernels for trees and linear classifiers (ai.onnx.ml), and they take
   * microseconds. Throws INVALID_MODEL where a graph can't be run or does not fit the manifest, or a golden case fails.
   */
  static async start(given: ModelPackage, observer?: InferenceTimes): Promise<RadiomicsModel> {
    const modelPackage = packageOfKind(given, 'RADIOMICS');
    const { golden, classifiers, manifest } = modelPackage;
    const engine = await startOnCpu(modelPackage);
    try {
      for (const { graph, features } of classifiers) {
        assertGraph(graph, engine.signatures.get(graph), {
          inputs: { features: [undefined, features.length] },
          outputs: { probabilities: [undefined, manifest.stages.length] },
        });
      }
      const model = new RadiomicsModel(modelPackage, engine, observer);
      await verifyRadiomicsGolden(model.name, golden, async (...rows) => model.#classify(...rows));
      return model;
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  /** `name@version` */
  get name(): string {
    return `${this.manifest.name}@${this.manifest.version}`;
  }

  get provider(): ProviderChoice {
    return this.#engine.choice;
  }

  get precision(): 'float32' | 'float16' {
    return this.manifest.precision === ModelManifest_Precision.FLOAT16 ? 'float16' : 'float32';
  }

  /** Resolves with the reason once this model can't judge any more; never, as long as it can. */
  get broken(): Promise<HepastageError> {
    return this.#engine.broken;
  }

  /** What each classifier says whose sequences all have features: of T1W, of T2W, of both. Throws INFERENCE_FAILED where an answer is no number. */
  async opinions(features: ReadonlyMap<Sequence, RadiomicsFeatures>): Promise<ModelOpinion[]> {
    const able = this.#classifiers.filter(({ sequences }) => sequences.every((one) => features.has(one)));
    return Promise.all(
      able.map(async (classifier) => {
        const rows = featureRows(classifier, features);
        const answers = await this.#classify(classifier.graph, rows);
        assertNumbers(`${classifier.graph}, probabilities`, answers.flat());
        return modelOpinion(this, classifier, rows, answers);
      }),
    );
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
  }

  async #classify(graph: string, rows: readonly (readonly number[])[]): Promise<number[][]> {
    const { outputs, seconds } = await this.#engine.run(graph, {
      features: { data: Float32Array.from(rows.flat()), dims: [rows.length, rows[0]?.length ?? 0] },
    });
    this.#observer?.inference('radiomics', this.provider.used, seconds);
    const probabilities = tensorOf(outputs, 'probabilities');
    return rows.map((_, row) => [...rowOf(probabilities, row)]);
  }
}

/** Every build of ONNX Runtime has the CPU: where that can't open the graphs, it is the graphs that are wrong. */
async function startOnCpu({ graphs, manifest }: RadiomicsPackage): Promise<InferenceEngine> {
  try {
    return await InferenceEngine.start({ graphs, providers: ['cpu'], threads: 1 });
  } catch (cause) {
    const error = HepastageError.from(cause);
    if (error.code !== ErrorCode.EXECUTION_PROVIDER_UNAVAILABLE) throw error;
    throw new HepastageError(ErrorCode.INVALID_MODEL, {
      what: 'ONNX Runtime can’t open the classifiers',
      where: `model ${manifest.name}@${manifest.version}`,
      received: error.details.what,
      action: 'export the model again',
      cause,
    });
  }
}
