import { create } from '@bufbuild/protobuf';
import {
  ReportIdentifiers,
  type StudyMetadata,
  StudyMetadata_Priority,
  StudyMetadataSchema,
} from '@hepastage/proto';

/** What a study that says nothing about itself is taken to say. */
export function defaultMetadata(): StudyMetadata {
  return create(StudyMetadataSchema, {
    priority: StudyMetadata_Priority.ROUTINE,
    reportIdentifiers: ReportIdentifiers.HASHED,
  });
}
