/** Names of OTEL_TRACES_SAMPLER. Those that are based on the parent do as the caller's `traceparent` says, where there is one. */
export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export type SamplerName = (typeof samplerNames)[number];
