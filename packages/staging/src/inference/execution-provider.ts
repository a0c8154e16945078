/** ONNX Runtime's execution providers that this service knows, by its own names for them. */
export const executionProviders = ['cuda', 'tensorrt', 'cpu'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];

/** Which provider runs the graphs. */
export interface ProviderChoice {
  readonly used: ExecutionProvider;
  /** The first of the configured list. */
  readonly preferred: ExecutionProvider;
  /** Why each provider before `used` could not be had. */
  readonly refused: readonly { readonly provider: ExecutionProvider; readonly reason: string }[];
}
