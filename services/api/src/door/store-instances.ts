import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyRequest } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { relatedParts } from '../dicomweb/related-parts.ts';
import { NamedObject } from '../dicomweb/sender-names.ts';
import type { StoreOutcome } from '../dicomweb/store-response.ts';
import { PartMeter, UploadBudget } from '../upload/meter.ts';
import { UploadClock } from '../upload/upload-clock.ts';
import { DicomwebIntake } from './dicomweb-intake.ts';

export interface StoreRequest {
  readonly request: FastifyRequest;
  readonly tenant: string;
  /** The study that the request is about, where it names one. */
  readonly studyInstanceUid: string | undefined;
  /** Aborts when the client goes away. */
  readonly gone: AbortSignal;
  /** Is told of received bytes, for metrics. */
  readonly onBytes: (bytes: number) => void;
  /** See DicomwebRequest. */
  readonly accepting: (jobId: string) => Promise<void>;
}

export interface StoredInstances {
  /** In the order of the request. */
  readonly outcomes: readonly StoreOutcome[];
  /** Jobs that will stage the studies. */
  readonly jobIds: readonly string[];
  /** How many of them this request has opened. */
  readonly newJobs: number;
}

const dicom = 'application/dicom';

/**
 * Takes the objects of a STOW-RS request in, one after the other, each streamed as it comes. What is wrong with an object is its outcome, and the
 * others are stored all the same; what is stored is safe when this returns. Throws what keeps the request as a whole from being read or stored.
 */
export async function storeInstances(store: StoreRequest, deps: ApiDeps): Promise<StoredInstances> {
  const { request, tenant, studyInstanceUid, gone, onBytes, accepting } = store;
  const { config } = deps;
  using clock = new UploadClock(config, gone, deps.lifecycle.givenUp);
  const { signal } = clock;
  const budget = new UploadBudget(config.uploadBytesMax, onBytes);
  budget.announce(request.headers['content-length']);
  const limits = { clock, budget, partsMax: config.partsMax, headerBytesMax: config.partHeaderBytesMax };
  const objectLimit = { bytesMax: config.uploadFileBytesMax, code: ErrorCode.UPLOAD_TOO_LARGE };
  const intake = new DicomwebIntake(
    { tenant, id: deps.newJobId(), studyInstanceUid, signal, accepting },
    deps,
  );
  const outcomes: StoreOutcome[] = [];
  try {
    for await (const part of relatedParts(request.raw, request.headers['content-type'], limits)) {
      if (part.mediaType === dicom) {
        const object = new NamedObject(new PartMeter(objectLimit).measure(part.content));
        const { sender, error } = await intake.add(object);
        outcomes.push({ ...(sender ?? object.names()), failure: error?.code });
      } else {
        outcomes.push({ failure: ErrorCode.UNSUPPORTED_MEDIA_TYPE });
      }
    }
    await intake.finish();
  } catch (error) {
    // The clock knows best why a stream broke off.
    throw signal.aborted ? signal.reason : error;
  } finally {
    await intake
      .leave()
      .catch((error: unknown) => request.log.warn({ err: HepastageError.from(error) }, 'arrival not left'));
  }
  return { outcomes, jobIds: intake.jobIds, newJobs: intake.newJobs };
}
