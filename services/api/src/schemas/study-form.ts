import { Type } from 'typebox';
import { filePartNames, fileParts, metadataPart } from './study-parts.ts';

/** Letters, digits, punctuation, symbols and spaces: no control characters, line ends or unassigned code points. */
const printable = '^[^\\p{C}\\p{Zl}\\p{Zp}]*$';
const referenceCharactersMax = 128;
const modelCharactersMax = 128;
const webhookCharactersMax = 2_048;

/** A SeriesInstanceUID (PS3.5, 9.1), or a series number; empty: not chosen. */
const seriesName = Type.String({ maxLength: 64, pattern: '^([0-9]+(\\.[0-9]+)*)?$' });

/** The metadata part: canonical JSON of StudyMetadata, with the priority in either case. */
export const metadataSchema = Type.Object(
  {
    externalReference: Type.Optional(
      Type.String({
        maxLength: referenceCharactersMax,
        pattern: printable,
        description: 'Your own reference: opaque, must not identify a patient.',
      }),
    ),
    priority: Type.Optional(
      Type.Enum(['ROUTINE', 'STAT', 'routine', 'stat', 'UNSPECIFIED'], {
        description: 'STAT studies go before all routine ones. Default: ROUTINE.',
      }),
    ),
    model: Type.Optional(
      Type.String({
        maxLength: modelCharactersMax,
        description: 'Name of a served model, see /v1/models. Default: the server’s.',
      }),
    ),
    series: Type.Optional(
      Type.Object(
        { t1w: Type.Optional(seriesName), t2w: Type.Optional(seriesName) },
        {
          additionalProperties: false,
          description:
            'Which series of a DICOM study to stage, by SeriesInstanceUID or series number. Default: they are selected.',
        },
      ),
    ),
    reportIdentifiers: Type.Optional(
      Type.Enum(['HASHED', 'EXTERNAL_REFERENCE', 'REPORT_IDENTIFIERS_UNSPECIFIED'], {
        description:
          'What stands for patient and study in FHIR and DICOM reports: keyed hashes (default), or your reference.',
      }),
    ),
    webhook: Type.Optional(
      Type.String({
        maxLength: webhookCharactersMax,
        description:
          'URL that a signed notice (Standard Webhooks) is sent to once the job has succeeded or failed: https, no address of a private network. Default: your tenant’s.',
      }),
    ),
  },
  { additionalProperties: false, title: 'StudyMetadata' },
);

/** For the documentation only: it is read before the parts. */
export const studyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 260,
      description:
        'Makes it safe to send the study again: the same study under the same key is the same job. Unique for each study, such as a UUID; must not identify a patient.',
    }),
  ),
});

/** For the documentation only: parts are checked as they stream in. */
export const studyFormSchema = Type.Object(
  {
    ...Object.fromEntries(
      filePartNames.map((name) => [
        name,
        Type.Optional(
          Type.Unsafe<never>({
            type: 'string',
            contentMediaType: 'application/octet-stream',
            description: fileParts[name].description,
          }),
        ),
      ]),
    ),
    [metadataPart]: Type.Optional(metadataSchema),
  },
  {
    additionalProperties: false,
    description:
      'At least one of t1w, t2w and study; a mask only with its image; in any order. Files are NIfTI-1 or NIfTI-2, gzipped or not, each part at most once; or DICOM: zip files, or one part for each object under the same name. A study may have files of other kinds: they are passed over.',
  },
);
