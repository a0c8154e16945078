import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { UidHasher } from '@hepastage/dicom';
import { type Arrival, objectKeys } from '@hepastage/platform';
import {
  type DicomInstance,
  DicomStudySchema,
  encodeText,
  ErrorCode,
  HepastageError,
  isFinished,
  JobRecord_State,
  StudyRequestSchema,
} from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { BackgroundWrites } from './background-writes.ts';
import { drain } from './borrowed.ts';
import { receiveInstance, type SenderNames } from './receive-instance.ts';

export interface DicomwebRequest {
  readonly tenant: string;
  /** Unique: names what this request brings. */
  readonly id: string;
  /** The study that the request is about, as its sender names it; undefined where it may be about any. */
  readonly studyInstanceUid: string | undefined;
  readonly signal: AbortSignal;
}

/** What became of one object. `error` undefined: it is stored. */
export interface StoredObjectOutcome {
  readonly sender: SenderNames | undefined;
  readonly error: HepastageError | undefined;
}

interface BroughtStudy {
  readonly arrival: Arrival;
  readonly instances: Map<string, DicomInstance>;
}

/** Small objects written at once. */
const writesAtOnce = 4;

/** Takes in the objects that one STOW-RS request brings, of any number of studies: each to the job that its study's arrival has. */
export class DicomwebIntake {
  readonly #request: DicomwebRequest;
  readonly #deps: ApiDeps;
  readonly #hashUid: UidHasher;
  readonly #writes = new BackgroundWrites(writesAtOnce);
  readonly #studies = new Map<string, BroughtStudy>();

  constructor(request: DicomwebRequest, deps: ApiDeps) {
    this.#request = request;
    this.#deps = deps;
    this.#hashUid = deps.uidHasherOf(request.tenant);
  }

  /** Jobs that the objects went to. */
  get jobIds(): string[] {
    return [...this.#studies.values()].map(({ arrival }) => arrival.jobId);
  }

  /** Lets one object in; its content is read to its end. What is wrong with it is its outcome; a failure of ours is thrown. */
  async add(content: AsyncIterable<Buffer>): Promise<StoredObjectOutcome> {
    let sender: SenderNames | undefined;
    try {
      await receiveInstance(content, {
        store: this.#deps.store,
        limits: this.#deps.config,
        hashUid: this.#hashUid,
        writes: this.#writes,
        signal: this.#request.signal,
        admit: async (instance, names) => {
          sender = names;
          return this.#admit(instance, names);
        },
      });
      return { sender, error: undefined };
    } catch (error) {
      if (!isOfTheObject(error)) throw error;
      await drain(content);
      return { sender, error };
    }
  }

  /** Makes what was brought part of its studies: only then is it safe. */
  async finish(): Promise<void> {
    await this.#writes.settled();
    for (const study of this.#studies.values()) await this.#join(study);
  }

  /** Call it on every exit: no study waits for this request any longer. */
  async leave(): Promise<void> {
    await this.#writes.ended();
    for (const { arrival } of this.#studies.values())
      await this.#deps.arrivals.leave(arrival, this.#request.id);
  }

  async #admit(instance: DicomInstance, names: SenderNames): Promise<string | undefined> {
    const { studyInstanceUid } = this.#request;
    if (studyInstanceUid !== undefined && studyInstanceUid !== names.studyInstanceUid) {
      throw new HepastageError(ErrorCode.MIXED_STUDIES, {
        what: 'the object belongs to another study than the request',
        action: 'send it to /dicomweb/studies, or to its own study',
      });
    }
    const { arrival, instances } = await this.#studyOf(instance);
    if (instances.has(instance.sopInstanceUid)) return undefined;
    if (instances.size >= this.#deps.config.filesMax) {
      throw new HepastageError(ErrorCode.TOO_MANY_FILES, {
        what: 'the request brings more objects of a study than allowed',
        expected: `at most ${this.#deps.config.filesMax}`,
        action: 'send the T1W and T2W series alone',
      });
    }
    instances.set(instance.sopInstanceUid, instance);
    return objectKeys.instance(arrival.tenant, arrival.jobId, instance.sopInstanceUid);
  }

  async #studyOf({ studyInstanceUid }: DicomInstance): Promise<BroughtStudy> {
    const known = this.#studies.get(studyInstanceUid);
    if (known !== undefined) return known;
    const { tenant, id } = this.#request;
    const { arrivals, status, config, newJobId, clock } = this.#deps;
    const arrival = await arrivals.enter({ tenant, studyInstanceUid }, newJobId(), {
      id,
      msMax: config.requestMsMax,
    });
    const study = { arrival, instances: new Map<string, DicomInstance>() };
    this.#studies.set(studyInstanceUid, study);
    const { jobId } = arrival;
    const createdAt = timestampFromDate(clock());
    await status.create(
      create(StudyRequestSchema, { tenant, jobId, createdAt, studyInstanceUid }),
      JobRecord_State.RECEIVING,
    );
    return study;
  }

  async #join({ arrival, instances }: BroughtStudy): Promise<void> {
    const { tenant, jobId, studyInstanceUid } = arrival;
    const { store, status } = this.#deps;
    const study = create(DicomStudySchema, { studyInstanceUid, instances: [...instances.values()] });
    const body = Buffer.from(encodeText(DicomStudySchema, study));
    const key = objectKeys.arrival(tenant, jobId, this.#request.id);
    await store.writeBytes(key, body, { mediaType: 'application/json', signal: this.#request.signal });
    const record = (await status.get(tenant, jobId))?.record;
    if (record !== undefined && !isFinished(record)) return;
    // Its owner erased the job while this request was bringing more of it.
    await store.erase(objectKeys.job(tenant, jobId));
    throw new HepastageError(ErrorCode.UPLOAD_ABORTED, {
      what: 'the study was erased while it arrived',
      action: 'send it again if it is still wanted',
    });
  }
}

/** Whether it is one object that is wrong: neither its connection, nor its store. */
function isOfTheObject(error: unknown): error is HepastageError {
  return error instanceof HepastageError && error.httpStatus < 500 && !ofTheRequest.has(error.code);
}

const ofTheRequest: ReadonlySet<ErrorCode> = new Set([ErrorCode.UPLOAD_ABORTED, ErrorCode.UPLOAD_TIMEOUT]);
