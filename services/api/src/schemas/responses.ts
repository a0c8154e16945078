import { type DescMessage } from '@bufbuild/protobuf';
import {
  ErrorCode,
  ErrorCodeSchema,
  enumName,
  errorTraits,
  JobListSchema,
  JobRecordSchema,
  jsonSchema,
  ModelManifestSchema,
  StagingResultSchema,
} from '@hepastage/proto';
import { problemMediaType } from './problem.ts';

/** The messages that responses carry, as named schemas of the OpenAPI document. */
export const messageSchemas = [JobRecordSchema, JobListSchema, StagingResultSchema, ModelManifestSchema].map(
  (message) => ({ $id: message.name, ...jsonSchema(message) }),
);

/** A response header: a string, with what it means. */
const header = (description: string) => ({ type: 'string', description });

const documentedHeaders = {
  Location: header('URL of the job.'),
  'Retry-After': header(
    'Seconds after which to look again: when the job is expected to have ended, where that is known; absent once it has.',
  ),
  ETag: header(
    'Changes whenever what it names does; weak for a job that has not ended, whose `estimate` changes by itself. Send it as If-None-Match.',
  ),
  'Preference-Applied': header('The wait that was granted, if one was asked for.'),
  'Content-Disposition': header('The file name to save under.'),
  'Idempotency-Replayed': header('`true` where the study had been accepted before: this is its job.'),
  'Content-Length': header('Bytes of the body.'),
} as const;

export type DocumentedHeader = keyof typeof documentedHeaders;

/** Documents a body of one media type. */
export function contentOf(
  description: string,
  mediaType: string,
  schema: object,
  headers: readonly DocumentedHeader[] = [],
) {
  return {
    description,
    headers: Object.fromEntries(headers.map((name) => [name, documentedHeaders[name]])),
    content: { [mediaType]: { schema } },
  };
}

/** Documents a body that is the canonical JSON of `message`. */
export function messageOf(
  description: string,
  message: DescMessage,
  headers: readonly DocumentedHeader[] = [],
) {
  return contentOf(description, 'application/json', { $ref: `${message.name}#` }, headers);
}

/** Documents a response without a body. */
export function emptyOf(description: string, headers: readonly DocumentedHeader[] = []) {
  return {
    type: 'null',
    description,
    headers: Object.fromEntries(headers.map((name) => [name, documentedHeaders[name]])),
  };
}

/** The object store, or Redis, is away, full, or does not let the service in. */
export const storeProblems = [
  ErrorCode.STORE_UNAVAILABLE,
  ErrorCode.STORE_FULL,
  ErrorCode.STORE_DENIED,
  ErrorCode.QUEUE_UNAVAILABLE,
  ErrorCode.QUEUE_FULL,
] as const;

/** Documents the problems of a route, by status; `fixed` for codes that the route sends with another status than their own. */
export function problemsOf(codes: readonly ErrorCode[], fixed: Readonly<Record<number, string>> = {}) {
  const names = Map.groupBy(codes, (code) => errorTraits(code).httpStatus);
  const responses = [...names].map(([status, ofStatus]) => [
    String(status),
    problemOf(
      ofStatus.map((code) => enumName(ErrorCodeSchema, code)).join(', '),
      status === 429 || status === 503,
    ),
  ]);
  const others = Object.entries(fixed).map(([status, description]) => [
    status,
    problemOf(description, false),
  ]);
  return Object.fromEntries([...responses, ...others]) as Record<string, ReturnType<typeof problemOf>>;
}

function problemOf(description: string, mayPass: boolean) {
  return {
    ...contentOf(description, problemMediaType, { $ref: 'Problem#' }),
    headers: mayPass ? { 'Retry-After': header('Seconds after which the same request may succeed.') } : {},
  };
}
