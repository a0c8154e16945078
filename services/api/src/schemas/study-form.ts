import { Type } from 'typebox';
import { filePartNames, fileParts, metadataPart } from './study-parts.ts';

/** Letters, digits, punctuation, symbols and spaces: no control characters, line ends or unassigned code points. */
const printable = '^[^\\p{C}\\p{Zl}\\p{Zp}]*$';
const referenceCharactersMax = 128;
const modelCharactersMax = 128;

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
  },
  { additionalProperties: false, title: 'StudyMetadata' },
);

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
      'At least one of t1w and t2w; a mask only with its image; each part at most once, in any order. Files are NIfTI-1 or NIfTI-2, gzipped or not.',
  },
);
