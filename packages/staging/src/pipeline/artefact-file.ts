import { create } from '@bufbuild/protobuf';
import { type Artefact, ArtefactSchema, Sequence } from '@hepastage/proto';
import type { FileBytes } from '../imaging/imaging-protocol.ts';

/** An artefact and its bytes. */
export interface ArtefactFile {
  readonly artefact: Artefact;
  readonly bytes: Uint8Array;
}

/** A file as the result lists it. Without a `sequence` it is about all of them. */
export function artefactFile({
  name,
  mediaType,
  file: { bytes, sha256 },
  sequence = Sequence.SEQUENCE_UNSPECIFIED,
  description,
}: {
  readonly name: string;
  readonly mediaType: string;
  readonly file: FileBytes;
  readonly sequence?: Sequence;
  readonly description: string;
}): ArtefactFile {
  return {
    artefact: create(ArtefactSchema, {
      name,
      mediaType,
      bytes: bytes.byteLength,
      sha256,
      sequence,
      description,
    }),
    bytes,
  };
}
