import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AuditEntry_Action, ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { Type } from 'typebox';
import type { ApiDeps } from '../deps.ts';
import { acceptedForm } from '../dicomweb/accept.ts';
import { storeResponse } from '../dicomweb/store-response.ts';
import { storeInstances } from '../door/store-instances.ts';
import { clientGone } from '../http/client-gone.ts';
import { requestValidator } from '../http/request-validator.ts';
import { contentOf, problemsOf, storeProblems } from '../schemas/responses.ts';
import { audit } from '../access/audit.ts';
import { tenantOf } from '../tenant.ts';
import { RunningUploads } from '../upload/running-uploads.ts';

const dicomJson = 'application/dicom+json';
const answers: Readonly<Record<number, string>> = {
  200: 'All objects are stored; the study is staged once no more of it comes.',
  202: 'Some objects are stored: the Failed SOP Sequence says which are not, and why.',
  409: 'No object is stored: the Failed SOP Sequence says why.',
};

const binaryOf = (description: string) => ({ type: 'string', format: 'binary', description });

const schema = {
  tags: ['DICOMweb'],
  summary: 'Store DICOM objects of a study to be staged (STOW-RS)',
  description:
    'DICOM PS3.18, Store transaction. What identifies a patient is removed while the objects stream in. A study may come in several requests: it is staged once, after a quiet period, or as soon as POST /v1/studies names its StudyInstanceUID. Objects that come after that are another job. Answers as JSON or XML, as Accept says; the jobs are linked as rel="monitor".',
  // For the documentation only: it is read as it streams in.
  body: {
    content: {
      'multipart/related': { schema: binaryOf('DICOM objects, each a part of type application/dicom.') },
      'application/dicom': { schema: binaryOf('One DICOM object.') },
    },
  },
  response: {
    ...Object.fromEntries(
      Object.entries(answers).map(([status, text]) => [
        status,
        contentOf(text, dicomJson, { type: 'object', description: 'Store Instances Response Module' }),
      ]),
    ),
    ...problemsOf(
      [
        ErrorCode.INVALID_REQUEST,
        ErrorCode.UPLOAD_TIMEOUT,
        ErrorCode.UPLOAD_TOO_LARGE,
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        ErrorCode.RATE_LIMITED,
        ErrorCode.QUOTA_EXCEEDED,
        ErrorCode.OVERLOADED,
        ErrorCode.NOT_READY,
        ...storeProblems,
      ],
      { 406: 'INVALID_REQUEST: no form of the answer is acceptable' },
    ),
  },
};

const studyParams = Type.Object({
  uid: Type.String({
    pattern: '^[0-9]+(\\.[0-9]+)*$',
    maxLength: 64,
    description: 'StudyInstanceUID: objects of other studies are refused.',
  }),
});

/** `POST /dicomweb/studies[/{uid}]` */
export const dicomwebRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { bytes, accepted, active } = app.uploadMetrics;
  const running = new RunningUploads();
  app.addHook('onClose', async () => running.ended());
  // The body is read as it streams in.
  app.addContentTypeParser(['multipart/related', 'application/dicom'], (_request, _body, done) => done(null));

  const store = async (request: FastifyRequest, reply: FastifyReply, studyInstanceUid?: string) => {
    active.inc();
    const tenant = tenantOf(request);
    /** Bytes that are not counted yet: those of a request go with the first study that it brings. */
    let uncounted = 0;
    const accepting = async (jobId: string) => {
      await audit(request, AuditEntry_Action.STUDY_ACCEPTED, { jobId }, deps);
      await deps.quotas.spend(tenant, [jobId], uncounted);
      uncounted = 0;
    };
    try {
      const form = acceptedForm(request.headers.accept);
      if (form === undefined) return reply.problem(notAcceptable(), 406);
      const { outcomes, jobIds, newJobs } = await running.during(
        storeInstances(
          {
            request,
            tenant,
            studyInstanceUid,
            gone: clientGone(reply),
            onBytes: (more) => {
              uncounted += more;
              bytes.inc(more);
            },
            accepting,
          },
          deps,
        ),
      );
      accepted.inc({ door: 'dicomweb' }, newJobs);
      const { status, contentType, body } = storeResponse(outcomes, form);
      const links = jobIds.map((jobId) => `</v1/jobs/${jobId}>; rel="monitor"`);
      if (links.length > 0) reply.header('link', links.join(', '));
      request.span.setAttribute('hepastage.job.id', jobIds.join(' '));
      return reply.code(status).type(contentType).send(Buffer.from(body));
    } finally {
      active.dec();
    }
  };

  const guarded = {
    config: { scope: 'studies:write', door: 'dicomweb' },
    validatorCompiler: (route) => (route.httpPart === 'body' ? () => true : requestValidator(route)),
    preParsing: async (request: FastifyRequest) => {
      deps.admission.assertOpen();
      await deps.quotas.assertWithin(tenantOf(request));
    },
  } satisfies RouteShorthandOptions;
  app.post(
    '/dicomweb/studies',
    { ...guarded, schema: { ...schema, operationId: 'storeInstances' } },
    async (request, reply) => store(request, reply),
  );
  app.post(
    '/dicomweb/studies/:uid',
    { ...guarded, schema: { ...schema, operationId: 'storeInstancesOfStudy', params: studyParams } },
    async (request, reply) => store(request, reply, request.params.uid),
  );
};

function notAcceptable(): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the answer can’t be given in a form that the client accepts',
    where: 'header accept',
    expected: 'application/dicom+json or application/dicom+xml',
    action: 'ask for one of them, or leave the header out',
  });
}
