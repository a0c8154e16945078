import {
  type HepastageError,
  type ModelManifest,
  ModelManifest_Precision,
  type Sequence,
  type SequenceModel,
} from '@hepastage/proto';
import type { ExecutionProvider, ProviderChoice } from '../inference/execution-provider.ts';
import { InferenceEngine } from '../inference/inference-engine.ts';
import { BatchSlots } from '../inference/batch-slots.ts';
import { type BatchLimits, type BatchReport, MicroBatcher } from '../inference/micro-batcher.ts';
import { verifyGoldenCase } from './golden-case.ts';
import type { EncodedSlices, StagerOpinion, StagerStudy } from './model-outputs.ts';
import { opinionsOf, stagerFeeds } from './stager-tensors.ts';
import { firstRows, tensorOf } from './tensors.ts';
import { assertDeepGraphs } from './deep-graphs.ts';
import type { DeepPackage } from './deep-package.ts';
import { type ModelPackage, packageOfKind } from './model-package.ts';

export interface StagingModelOptions {
  /** In order of preference; the list's end decides what is allowed: without `cpu` there is no fallback to it. */
  readonly providers: readonly ExecutionProvider[];
  /** Threads of one operator on the CPU; 0: one a core. */
  readonly threads: number;
  readonly batch: BatchLimits;
  /** Longest that a run may take, ms: one that takes longer hangs. Without it, as the engine says. */
  readonly runMsMax?: number;
  readonly observer?: InferenceObserver;
}

/** One batch runs while the next is ready behind it; more would only wait there instead of gathering company. */
const batchesAtEngineMax = 2;

/** Where figures go. */
export interface InferenceObserver {
  batch(sequence: Sequence, report: BatchReport): void;
  /** A batch of `sequence` did not fit into memory; from now on one has at most `slicesMax` slices. */
  outOfMemory(sequence: Sequence, slicesMax: number): void;
  inference(graph: 'encoder' | 'stager' | 'radiomics', provider: ExecutionProvider, seconds: number): void;
}

/** A model package that is loaded, warm and proven by its golden case: it encodes slices of any number of studies at once and stages them. */
export class StagingModel {
  readonly manifest: ModelManifest;
  readonly sha256: string;
  readonly #engine: InferenceEngine;
  readonly #batchers: ReadonlyMap<Sequence, MicroBatcher>;
  readonly #options: StagingModelOptions;

  private constructor(modelPackage: DeepPackage, engine: InferenceEngine, options: StagingModelOptions) {
    this.manifest = modelPackage.manifest;
    this.sha256 = modelPackage.sha256;
    this.#engine = engine;
    this.#options = options;
    const slots = new BatchSlots(batchesAtEngineMax);
    this.#batchers = new Map(
      this.manifest.sequences.map((sequence) => [
        sequence.sequence,
        new MicroBatcher(
          (slices, count) => this.#encodeBatch(sequence, slices, count),
          sliceLengthOf(sequence),
          {
            limits: options.batch,
            slots,
            observer: {
              batch: (report) => options.observer?.batch(sequence.sequence, report),
              outOfMemory: (slicesMax) => options.observer?.outOfMemory(sequence.sequence, slicesMax),
            },
          },
        ),
      ]),
    );
  }

  /** Throws EXECUTION_PROVIDER_UNAVAILABLE, or INVALID_MODEL if the graphs do not fit the manifest or the golden case fails. */
  static async start(given: ModelPackage, options: StagingModelOptions): Promise<StagingModel> {
    const modelPackage = packageOfKind(given, 'DEEP');
    const { graphs, golden } = modelPackage;
    const engine = await InferenceEngine.start({
      graphs,
      providers: options.providers,
      threads: options.threads,
    });
    try {
      assertDeepGraphs(modelPackage.manifest, engine.signatures);
      const model = new StagingModel(modelPackage, engine, options);
      await model.#warmUp();
      await verifyGoldenCase(model, golden);
      // Only now: the first run of a shape takes its time.
      engine.runMsMax = options.runMsMax ?? engine.runMsMax;
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

  /** What the graphs compute with. Packages from before there was a choice are float32. */
  get precision(): 'float32' | 'float16' {
    return this.manifest.precision === ModelManifest_Precision.FLOAT16 ? 'float16' : 'float32';
  }

  /** Resolves with the reason once this model can't infer any more; never, as long as it can. */
  get broken(): Promise<HepastageError> {
    return this.#engine.broken;
  }

  get provider(): ProviderChoice {
    return this.#engine.choice;
  }

  /** Most slices of a batch as of now: fewer than set, once a batch did not fit into memory. */
  get batchSlicesMax(): ReadonlyMap<Sequence, number> {
    return new Map([...this.#batchers].map(([sequence, { slicesMax }]) => [sequence, slicesMax]));
  }

  /** Encodes a stack [S,3,H,W] of one study, in batches shared with the others. */
  async encode(sequence: Sequence, tensor: Float32Array, signal?: AbortSignal): Promise<EncodedSlices> {
    const batcher = this.#batchers.get(sequence);
    if (batcher === undefined) throw new RangeError(`model ${this.name} does not read sequence ${sequence}`);
    return batcher.encode(tensor, signal);
  }

  /** Stages one study from the tokens of the sequences that it has. */
  async stage(study: StagerStudy): Promise<StagerOpinion> {
    const [opinion] = await this.stageAll([study]);
    return opinion!;
  }

  /** Stages studies in one run. */
  async stageAll(studies: readonly StagerStudy[]): Promise<StagerOpinion[]> {
    const { outputs, seconds } = await this.#engine.run(this.manifest.stager, stagerFeeds(studies));
    this.#options.observer?.inference('stager', this.provider.used, seconds);
    return opinionsOf(outputs, studies, this.manifest.stages.length);
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
  }

  async #encodeBatch(
    { encoder, preprocessing }: SequenceModel,
    slices: Float32Array<ArrayBuffer>,
    count: number,
  ): Promise<EncodedSlices> {
    const rows = batchRows(count, this.#options.batch.slicesMax, this.provider.used);
    const { height = 0, width = 0 } = preprocessing ?? {};
    const padded = rows === count ? slices : padTo(slices, (slices.length / count) * rows);
    const { outputs, seconds } = await this.#engine.run(encoder, {
      slices: { data: padded, dims: [rows, 3, height, width] },
    });
    this.#options.observer?.inference('encoder', this.provider.used, seconds);
    const evidence = tensorOf(outputs, 'evidence');
    const [mapHeight = 0, mapWidth = 0] = evidence.dims.slice(-2);
    return {
      slices: count,
      tokens: firstRows(tensorOf(outputs, 'tokens'), count),
      attention: firstRows(tensorOf(outputs, 'attention'), count),
      evidence: firstRows(evidence, count),
      mapHeight,
      mapWidth,
    };
  }

  /**
   * The first run of a shape allocates and, on a GPU, searches for algorithms: no study shall wait for that. It goes through the batchers, so that batches which are
   * too large for this device are found here.
   */
  async #warmUp(): Promise<void> {
    const { slicesMax } = this.#options.batch;
    const shapes = new Set(
      Array.from({ length: slicesMax }, (_, index) => batchRows(index + 1, slicesMax, this.provider.used)),
    );
    const warmed = this.provider.used === 'cpu' ? [slicesMax] : [...shapes];
    for (const sequence of this.manifest.sequences) {
      for (const rows of warmed) {
        await this.encode(sequence.sequence, new Float32Array(rows * sliceLengthOf(sequence)));
      }
    }
  }
}

/**
 * Rows that a batch of `count` slices runs with, at most `slicesMax`. A GPU searches algorithms once per shape, so there batches grow in powers
 * of two; a CPU takes any size.
 */
function batchRows(count: number, slicesMax: number, provider: ExecutionProvider): number {
  return provider === 'cpu' ? count : Math.min(slicesMax, 2 ** Math.ceil(Math.log2(count)));
}

function sliceLengthOf({ preprocessing }: SequenceModel): number {
  return 3 * (preprocessing?.height ?? 0) * (preprocessing?.width ?? 0);
}

function padTo(values: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const padded = new Float32Array(length);
  padded.set(values);
  return padded;
}
