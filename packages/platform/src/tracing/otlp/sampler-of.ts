import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { SamplerName } from '../samplers.ts';

/** A sampler by the name that OTEL_TRACES_SAMPLER has for it. `ratio`: share of traces that are kept, where it goes by that. */
export function samplerOf(name: SamplerName, ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
    case 'parentbased_always_off':
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: samplerOf(rootOf(name), ratio) });
  }
}

function rootOf(name: SamplerName & `parentbased_${string}`) {
  return name.slice('parentbased_'.length) as 'always_on' | 'always_off' | 'traceidratio';
}
