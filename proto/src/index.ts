/** The contract: every message that travels between a client, the API, the queue, the worker and the object store. */
export * from '../gen/hepastage/v1/access_pb.ts';
export * from '../gen/hepastage/v1/dicom_pb.ts';
export * from '../gen/hepastage/v1/error_pb.ts';
export * from '../gen/hepastage/v1/job_pb.ts';
export * from '../gen/hepastage/v1/model_pb.ts';
export * from '../gen/hepastage/v1/result_pb.ts';
export * from '../gen/hepastage/v1/sequence_pb.ts';
export * from '../gen/hepastage/v1/study_pb.ts';
export { enumName, enumValue } from './enum-name.ts';
export { HepastageError, type ErrorDetails } from './error.ts';
export { errorTraits } from './error-traits.ts';
export { decodeJson, decodeText, encodeJson, encodeText, now } from './canonical-json.ts';
export { isFinished } from './job-state.ts';
export { jsonSchema, type JsonSchema } from './json-schema.ts';
