import { ErrorCode, HepastageError } from '@hepastage/proto';
import { imageSettings, sharedSettings, studySettings } from '@hepastage/platform';
import { webhookSettings } from '@hepastage/webhooks';
import { type Static, Type } from 'typebox';
import { admissionSettings } from './admission/admission-settings.ts';
import { sweepSettings } from './jobs/sweep-settings.ts';
import { accessRules } from './access/access-rules.ts';
import { accessSettings } from './access/access-settings.ts';
import { transportRules, transportSettings } from './http/transport-settings.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const gibibyte = 1024 * mebibyte;
/** Longest delay of a Node timer, ms. */
const timerMsMax = 2 ** 31 - 1;

const bytes = (description: string, value: number) =>
  Type.Integer({
    default: value,
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: `${description}, bytes`,
  });
const count = (description: string, value: number) =>
  Type.Integer({ default: value, minimum: 1, description });
const milliseconds = (description: string, value: number, minimum = 1) =>
  Type.Integer({ default: value, minimum, maximum: timerMsMax, description: `${description}, ms` });

/** Every setting of the API: `uploadFileBytesMax` is read from `HEPASTAGE_UPLOAD_FILE_BYTES_MAX`. */
export const apiSettings = Type.Object({
  ...sharedSettings,
  ...imageSettings,
  ...studySettings,
  ...accessSettings,
  ...transportSettings,
  ...webhookSettings,
  ...admissionSettings,
  ...sweepSettings,
  host: Type.String({ env: 'HOST', default: '127.0.0.1', description: 'address to listen on' }),
  port: Type.Integer({ env: 'PORT', default: 8080, minimum: 0, maximum: 65_535, description: 'TCP port' }),
  uidKey: Type.Optional(
    Type.String({
      minLength: 32,
      secret: true,
      description:
        'secret that UIDs of DICOM studies are hashed with, the same for all replicas; without it each start makes its own, and studies of before are not found again by their UIDs',
    }),
  ),
  models: Type.String({ default: 'models', minLength: 1, description: 'directory of the model packages' }),

  uploadBytesMax: bytes('most of a whole upload', gibibyte),
  partsMax: count('most parts of an upload', 10_000),
  headerBytesMax: bytes('most of a DICOM object before its pixels', 32 * mebibyte),
  partHeaderBytesMax: bytes('most of the headers of one part', 8 * kibibyte),
  metadataBytesMax: bytes('most of the metadata part', 16 * kibibyte),
  uploadMsMax: milliseconds('longest upload', 600_000),
  uploadIdleMsMax: milliseconds('longest silence within an upload', 30_000),
  lingerBytesMax: bytes(
    'most of a refused upload that is read on so that its client sees why',
    64 * mebibyte,
  ),
  lingerMsMax: milliseconds('longest that a refused upload is read on', 10_000),

  longPollSecondsMax: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 3_600,
    description: 'longest that Prefer: wait=N waits, s',
  }),
  retryAfterSeconds: count('when a client should look again for a job that is not finished, s', 2),
  pageSizeMax: count('most jobs of a page', 200),
  pageSizeDefault: count('jobs of a page when the client does not say', 50),
  resultBytesMax: bytes('most of a result.json', 16 * mebibyte),

  requestMsMax: milliseconds('longest that a whole request may take to arrive', 660_000),
  headersMsMax: milliseconds('longest that the headers of a request may take to arrive', 15_000),
  keepAliveMs: milliseconds('how long an idle connection is kept', 72_000),
  socketIdleMsMax: milliseconds('longest silence of a connection that is not idle', 120_000),
  connectionsMax: count('most connections at once', 2_000),
  probeMsMax: milliseconds('longest that a readiness check may take', 2_000),
  drainMs: milliseconds('how long to answer on while not ready, before shutdown', 0, 0),
  shutdownMsMax: milliseconds('longest that requests may take to finish at shutdown', 25_000),
});

export type ApiConfig = Static<typeof apiSettings>;

/** Refuses settings that are right one by one but contradict each other. Throws INVALID_CONFIG. */
export function checkConfig(config: ApiConfig): ApiConfig {
  const rules: readonly (readonly [boolean, string, string])[] = [
    ...accessRules(config),
    ...transportRules(config),
    [
      config.uploadFileBytesMax <= config.uploadBytesMax,
      'one file may be larger than its whole upload',
      'raise HEPASTAGE_UPLOAD_BYTES_MAX to HEPASTAGE_UPLOAD_FILE_BYTES_MAX or above',
    ],
    [
      config.uploadMsMax < config.requestMsMax,
      'a slow upload would be cut off before it can be refused',
      'raise HEPASTAGE_REQUEST_MS_MAX above HEPASTAGE_UPLOAD_MS_MAX',
    ],
    [
      config.orphanSeconds * 1_000 >= config.requestMsMax,
      'what an upload has written might be erased before the upload has ended',
      'raise HEPASTAGE_ORPHAN_SECONDS to HEPASTAGE_REQUEST_MS_MAX / 1000 or above',
    ],
    [
      config.headersMsMax <= config.requestMsMax,
      'the headers may take longer than their request',
      'lower HEPASTAGE_HEADERS_MS_MAX to HEPASTAGE_REQUEST_MS_MAX or below',
    ],
    [
      config.uploadIdleMsMax < config.socketIdleMsMax,
      'a silent upload would be cut off before it can be refused',
      'raise HEPASTAGE_SOCKET_IDLE_MS_MAX above HEPASTAGE_UPLOAD_IDLE_MS_MAX',
    ],
    [
      config.longPollSecondsMax * 1_000 < config.socketIdleMsMax,
      'a long poll would be cut off before its answer',
      'raise HEPASTAGE_SOCKET_IDLE_MS_MAX above HEPASTAGE_LONG_POLL_SECONDS_MAX',
    ],
    [
      config.pageSizeDefault <= config.pageSizeMax,
      'the usual page is larger than allowed',
      'lower HEPASTAGE_PAGE_SIZE_DEFAULT to HEPASTAGE_PAGE_SIZE_MAX or below',
    ],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken === undefined) return config;
  const [, what, action] = broken;
  throw new HepastageError(ErrorCode.INVALID_CONFIG, { what, where: 'environment', action });
}
