import type { ModelManifest } from '@hepastage/proto';
import type { GraphSignature } from '../inference/inference-protocol.ts';
import { assertGraph } from './graph-signature.ts';

const any = undefined;

/** Whether the encoders and the stager take and give what the manifest promises. Throws INVALID_MODEL. */
export function assertDeepGraphs(
  { stages: { length: stages }, sequences, stager, distribution }: ModelManifest,
  signatures: ReadonlyMap<string, GraphSignature>,
): void {
  for (const { encoder, preprocessing } of sequences) {
    assertGraph(encoder, signatures.get(encoder), {
      inputs: { slices: [any, 3, preprocessing?.height, preprocessing?.width] },
      outputs: { tokens: [any, any], attention: [any, any, any], evidence: [any, stages, any, any] },
    });
  }
  assertGraph(stager, signatures.get(stager), {
    inputs: {
      t1w_tokens: [any, any, any],
      t1w_positions: [any, any],
      t1w_valid: [any, any],
      t2w_tokens: [any, any, any],
      t2w_positions: [any, any],
      t2w_valid: [any, any],
    },
    outputs: {
      probabilities: [any, 3, stages],
      t1w_slice_attention: [any, any],
      t2w_slice_attention: [any, any],
      sequence_attention: [any, 2],
      ...(distribution && { distance: [any, 2] }),
    },
  });
}
