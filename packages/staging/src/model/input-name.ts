import { enumName, type Sequence, SequenceSchema } from '@hepastage/proto';

/** The name that manifests know an input by: `T1W`, `T2W` or `T1W+T2W`. */
export function inputName(sequences: readonly Sequence[]): string {
  return sequences.map((sequence) => enumName(SequenceSchema, sequence)).join('+');
}
