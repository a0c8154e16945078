import { clone } from '@bufbuild/protobuf';
import type { UidHasher } from '@hepastage/dicom';
import { type StudyMetadata, StudyMetadataSchema } from '@hepastage/proto';

/** The metadata with the series that it chooses named as we know them: UIDs by their hashes, numbers as they are. */
export function withHashedSeries(metadata: StudyMetadata, hashUid: UidHasher): StudyMetadata {
  const known = clone(StudyMetadataSchema, metadata);
  if (known.series !== undefined) {
    known.series.t1w = hashed(known.series.t1w, hashUid);
    known.series.t2w = hashed(known.series.t2w, hashUid);
  }
  return known;
}

function hashed(name: string, hashUid: UidHasher): string {
  return name.includes('.') ? hashUid(name) : name;
}
