import type { ExecutionProvider, ProviderChoice } from './execution-provider.ts';

/** Between the inference thread and the thread that owns it. Every buffer is transferred, never copied. */

export interface FloatTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
export type Tensors = Readonly<Record<string, FloatTensor>>;

/** What a graph says of one of its inputs or outputs. */
export interface TensorSignature {
  readonly name: string;
  /** As ONNX Runtime names it, e.g. `float32`; anything else than a tensor is none of its types. */
  readonly type: string;
  /** Sizes of the axes; a name where the graph leaves one open. */
  readonly shape: readonly (number | string)[];
}

export interface GraphSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
}

/** What the inference thread is started with. */
export interface InferenceThreadData {
  readonly graphs: ReadonlyMap<string, Uint8Array>;
  /** In order of preference. The first that works is used; none: the thread fails. */
  readonly providers: readonly ExecutionProvider[];
  /** Threads of one operator (CPU provider); 0: as many as there are cores. */
  readonly threads: number;
}

export type InferenceRequest =
  | { readonly id: number; readonly graph: string; readonly feeds: Tensors }
  /** No run follows; the thread ends by itself. */
  | 'stop';

export type InferenceReply =
  | {
      readonly kind: 'ready';
      readonly choice: ProviderChoice;
      /** By the graphs' names. */
      readonly signatures: ReadonlyMap<string, GraphSignature>;
    }
  | { readonly kind: 'failed'; readonly reasons: readonly string[] }
  | { readonly kind: 'done'; readonly id: number; readonly outputs: Tensors; readonly seconds: number }
  | { readonly kind: 'error'; readonly id: number; readonly reason: string };
