import { availableParallelism } from 'node:os';
import { imageSettings, sharedSettings } from '@hepastage/platform';
import { executionProviders } from '@hepastage/staging';
import { type Static, Type } from 'typebox';

/** The worker's settings. `parseConfig` reads each from the environment variable that its name gives. */
export const workerConfig = Type.Object({
  ...sharedSettings,
  ...imageSettings,
  model: Type.String({
    default: 'models/phantom-light',
    minLength: 1,
    description: 'folder of the model package',
  }),
  canary: Type.Boolean({
    default: false,
    description:
      'stages only studies that name no model, and leaves all others to other workers: for a few workers with a new model beside those with the stable one',
  }),
  opinionModels: Type.Array(Type.String({ minLength: 1 }), {
    default: ['models/radiomics-cirrmri600plus'],
    description:
      'folders of RADIOMICS packages that give second opinions where a liver mask came; none: no such package',
  }),
  executionProviders: Type.Array(Type.Enum([...executionProviders]), {
    default: ['cpu'],
    minItems: 1,
    uniqueItems: true,
    description:
      'cuda, tensorrt and cpu in order of preference; the first that works is used, and no other than these',
  }),
  inferenceThreads: Type.Integer({
    default: 0,
    minimum: 0,
    description: 'threads of one operator on the CPU; 0: one a core',
  }),
  imagingThreads: Type.Integer({
    default: availableParallelism(),
    minimum: 1,
    maximum: 64,
    description: 'threads that decode and preprocess: as many volumes are decompressed at once',
  }),
  jobsInFlight: Type.Integer({
    default: 8,
    minimum: 1,
    maximum: 256,
    description: 'studies worked on at once',
  }),
  batchSlicesMax: Type.Integer({
    default: 16,
    minimum: 1,
    maximum: 512,
    description: 'most slices of an encoder batch',
  }),
  batchDelayMsMax: Type.Integer({
    default: 10,
    minimum: 0,
    maximum: 1_000,
    description: 'longest that a slice waits for company, ms',
  }),
  jobSecondsMax: Type.Integer({ default: 600, minimum: 1, description: 'longest that a study may take, s' }),
  shutdownSecondsMax: Type.Integer({
    default: 25,
    minimum: 0,
    description: 'how long studies may still finish after SIGTERM before they are given back, s',
  }),
  lockSeconds: Type.Integer({
    default: 30,
    minimum: 2,
    description: 'a worker silent for that long has lost its studies, s',
  }),
  stalledMax: Type.Integer({
    default: 3,
    minimum: 1,
    description: 'how many workers a study may lose before it is given up',
  }),
  jobAttempts: Type.Integer({
    default: 3,
    minimum: 1,
    description: 'how often a study is tried that fails in a way that may pass',
  }),
  retryHours: Type.Integer({
    default: 24,
    minimum: 0,
    description:
      'how long after it was queued a study is tried again while object store or Redis are away or full, h',
  }),
  pacsUrl: Type.Optional(
    Type.String({
      // Credentials have a setting of their own; a URL shows up in logs of proxies.
      pattern: '^https?://[^\\s/@?#]+(/[^\\s?#]*)?$',
      // It may hold a password all the same, and is then refused.
      secret: true,
      description:
        'DICOMweb root of a PACS that gets the DICOM objects of every result, https://host/dicom-web, without user, password or query',
    }),
  ),
  pacsAuthorization: Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$',
      secret: true,
      description: 'Authorization header for the PACS, e.g. Bearer and a token',
    }),
  ),
  pacsAttempts: Type.Integer({
    default: 12,
    minimum: 1,
    maximum: 100,
    description: 'how often a push to a PACS that is not available is tried',
  }),
  pacsRetrySeconds: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3_600,
    description: 'pause after the first push that failed, doubled after each, s',
  }),
  pacsSecondsMax: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 3_600,
    description: 'longest that the PACS may take to answer, s',
  }),
  healthHost: Type.String({ default: '127.0.0.1', description: 'address of /livez, /readyz and /metrics' }),
  healthPort: Type.Integer({
    default: 9100,
    minimum: 0,
    maximum: 65_535,
    description: 'port of the same; 0: any free one',
  }),
});

export type WorkerConfig = Static<typeof workerConfig>;
