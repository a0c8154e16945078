import { JobRecord_StateSchema } from '@hepastage/proto';
import { Type } from 'typebox';

const states = JobRecord_StateSchema.values.filter((value) => value.number !== 0).map((value) => value.name);
const textCharactersMax = 128;
const cursorCharactersMax = 256;

const text = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: textCharactersMax, description }));
const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));

export const jobParams = Type.Object({ id: Type.String({ description: 'Job id.' }) });

export const artefactParams = Type.Object({
  id: Type.String({ description: 'Job id.' }),
  name: Type.String({ description: 'Name of an artefact of the result.' }),
});

export const jobHeaders = Type.Object({
  'if-none-match': Type.Optional(Type.String({ description: 'ETag that the client has.' })),
  prefer: Type.Optional(
    Type.String({ description: '`wait=N`: answer when the job changes, or after N seconds at the latest.' }),
  ),
});

export const cachedHeaders = Type.Pick(jobHeaders, ['if-none-match']);

/** What `GET /v1/jobs` takes. */
export const jobsQuery = (limits: { pageSizeMax: number; pageSizeDefault: number }) =>
  Type.Object(
    {
      state: Type.Optional(
        Type.Array(Type.Union(states.map((name) => Type.Literal(name))), {
          description: 'Jobs in this state; give it again for several.',
        }),
      ),
      stage: text('Jobs whose result has this stage.'),
      model: text('Jobs staged by this model: `name` or `name@version`.'),
      reference: text('Jobs with this external reference.'),
      studyInstanceUid: text('Jobs of the DICOM study with this StudyInstanceUID, as its sender names it.'),
      createdAfter: moment('Jobs created at or after this time.'),
      createdBefore: moment('Jobs created at or before this time.'),
      limit: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: limits.pageSizeMax,
          default: limits.pageSizeDefault,
          description: 'Most jobs of the page.',
        }),
      ),
      cursor: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: cursorCharactersMax,
          description: '`nextCursor` of the page before.',
        }),
      ),
    },
    { additionalProperties: false },
  );
