import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AuditEntry_Action, encodeText, ErrorCode, JobRecordSchema } from '@hepastage/proto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { audit } from '../access/audit.ts';
import type { ApiDeps } from '../deps.ts';
import { completeStudy, completionSchema } from '../door/complete-study.ts';
import { clientGone } from '../http/client-gone.ts';
import { parseMediaType } from '../http/media-type.ts';
import { unsupportedMediaType } from '../plugins/framework-errors.ts';
import { messageOf, problemsOf, storeProblems } from '../schemas/responses.ts';
import { studyFormSchema, studyHeaders } from '../schemas/study-form.ts';
import { tenantOf } from '../tenant.ts';
import { retryAfterSeconds, withEstimate } from '../jobs/job-estimates.ts';
import type { AcceptedJob } from '../idempotency/accept-once.ts';
import { acceptStudy } from '../upload/accept-study.ts';
import { RunningUploads } from '../upload/running-uploads.ts';

const schema = {
  operationId: 'createStudy',
  tags: ['studies'],
  summary: 'Send a study to be staged',
  description:
    'Streams T1W and/or T2W volumes, or a DICOM study, in; or, as JSON, names a study that came over DICOMweb and is complete. Files are checked while they arrive: one that can’t be staged is refused at once, and nothing of it is kept.',
  headers: studyHeaders,
  body: {
    content: {
      'multipart/form-data': { schema: studyFormSchema },
      'application/json': { schema: completionSchema },
    },
  },
  response: {
    202: messageOf('Accepted and safe. Follow it at Location.', JobRecordSchema, [
      'Location',
      'Retry-After',
      'Idempotency-Replayed',
    ]),
    ...problemsOf([
      ErrorCode.INVALID_REQUEST,
      ErrorCode.NO_SEQUENCE,
      ErrorCode.UNKNOWN_PART,
      ErrorCode.DUPLICATE_PART,
      ErrorCode.INVALID_METADATA,
      ErrorCode.UPLOAD_ABORTED,
      ErrorCode.UPLOAD_TIMEOUT,
      ErrorCode.TOO_MANY_PARTS,
      ErrorCode.UPLOAD_TOO_LARGE,
      ErrorCode.DECOMPRESSED_TOO_LARGE,
      ErrorCode.TOO_MANY_VOXELS,
      ErrorCode.UNSUPPORTED_MEDIA_TYPE,
      ErrorCode.MODEL_NOT_FOUND,
      ErrorCode.INVALID_WEBHOOK,
      ErrorCode.EMPTY_FILE,
      ErrorCode.NOT_NIFTI,
      ErrorCode.CORRUPT_GZIP,
      ErrorCode.TRUNCATED_FILE,
      ErrorCode.INVALID_HEADER,
      ErrorCode.UNSUPPORTED_DATATYPE,
      ErrorCode.UNSUPPORTED_DIMENSIONS,
      ErrorCode.INVALID_SPACING,
      ErrorCode.INVALID_AFFINE,
      ErrorCode.NO_FINITE_VOXELS,
      ErrorCode.CONSTANT_IMAGE,
      ErrorCode.MASK_MISMATCH,
      ErrorCode.EMPTY_MASK,
      ErrorCode.CORRUPT_ARCHIVE,
      ErrorCode.ENCRYPTED_ARCHIVE,
      ErrorCode.UNSAFE_ARCHIVE,
      ErrorCode.TOO_MANY_FILES,
      ErrorCode.NOT_DICOM,
      ErrorCode.CORRUPT_DICOM,
      ErrorCode.WRONG_MODALITY,
      ErrorCode.UNSUPPORTED_TRANSFER_SYNTAX,
      ErrorCode.UNSUPPORTED_PIXELS,
      ErrorCode.INVALID_ATTRIBUTE,
      ErrorCode.MIXED_STUDIES,
      ErrorCode.STUDY_NOT_FOUND,
      ErrorCode.STUDY_ARRIVING,
      ErrorCode.IDEMPOTENCY_KEY_IN_FLIGHT,
      ErrorCode.IDEMPOTENCY_KEY_REUSED,
      ErrorCode.RATE_LIMITED,
      ErrorCode.QUOTA_EXCEEDED,
      ErrorCode.OVERLOADED,
      ErrorCode.NOT_READY,
      ...storeProblems,
    ]),
  },
};

/** `POST /v1/studies` */
export const studyRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  // The form is read as it streams in.
  app.addContentTypeParser('multipart/form-data', (_request, _body, done) => done(null));
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: deps.config.metadataBytesMax },
    app.getDefaultJsonParser('error', 'error'),
  );
  const { bytes, active } = app.uploadMetrics;
  const running = new RunningUploads();
  app.addHook('onClose', async () => running.ended());
  const upload = async (request: FastifyRequest, reply: FastifyReply): Promise<AcceptedJob> => {
    if (!isForm(request)) throw unsupportedMediaType('this route');
    const tenant = tenantOf(request);
    let received = 0;
    const onBytes = (more: number) => {
      received += more;
      bytes.inc(more);
    };
    const accepting = async (jobId: string) => {
      await audit(request, AuditEntry_Action.STUDY_ACCEPTED, { jobId }, deps);
      await deps.quotas.spend(tenant, [jobId], received);
    };
    return acceptStudy({ request, tenant, gone: clientGone(reply), onBytes, accepting }, deps);
  };
  const take = async (request: FastifyRequest, reply: FastifyReply): Promise<AcceptedJob> => {
    const job = isJson(request) ? await completeStudy(request, deps) : await upload(request, reply);
    // Who sends it again has a line of his own.
    if (job.isReplay) {
      const { jobId } = job.record;
      await audit(request, AuditEntry_Action.STUDY_ACCEPTED, { jobId }, deps);
    }
    // What came over DICOMweb was counted when it came.
    if (!job.isReplay && !isJson(request)) app.uploadMetrics.accepted.inc({ door: 'rest' });
    return job;
  };

  app.post(
    '/v1/studies',
    {
      schema,
      config: { scope: 'studies:write', door: 'rest' },
      // What came over DICOMweb was counted when it came.
      preParsing: async (request) => {
        if (isJson(request)) return;
        deps.admission.assertOpen();
        await deps.quotas.assertWithin(tenantOf(request));
      },
      // The parts are checked as they stream in: there is never a whole body to validate.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      active.inc();
      try {
        const { record: accepted, isReplay } = await running.during(take(request, reply));
        const record = await withEstimate(accepted, deps);
        if (isReplay) reply.header('idempotency-replayed', 'true');
        return reply
          .code(202)
          .header('location', `/v1/jobs/${record.jobId}`)
          .header('retry-after', retryAfterSeconds(record, deps))
          .type('application/json')
          .send(encodeText(JobRecordSchema, record));
      } finally {
        active.dec();
      }
    },
  );
};

function isForm({ headers }: FastifyRequest): boolean {
  return parseMediaType(headers['content-type'] ?? '')?.essence === 'multipart/form-data';
}

function isJson({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.startsWith('application/json') === true;
}
