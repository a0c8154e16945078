import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { UidHasher } from '@hepastage/dicom';
import { ByteGate, framesMax, isLost, lost } from '@hepastage/jobs';
import { type Arrival, objectKeys } from '@hepastage/platform';
import {
  type DicomInstance,
  DicomStudySchema,
  encodeText,
  ErrorCode,
  HepastageError,
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
  /** Is waited for before what was brought becomes part of a job: what must not be missing of a study that is accepted. It may be told of one that is not, in the end. */
  readonly accepting: (jobId: string) => Promise<void>;
}

/** What became of one object. `error` undefined: it is stored. */
export interface StoredObjectOutcome {
  readonly sender: SenderNames | undefined;
  readonly error: HepastageError | undefined;
}

interface BroughtStudy {
  readonly arrival: Arrival;
  /** No request has brought anything of the study before this one began to. */
  readonly isNew: boolean;
  readonly instances: Map<string, DicomInstance>;
  /** Of its index, or a few more. */
  indexBytes: number;
  /** `joined`: what it brought is part of the study, or may be. */
  progress: 'brings' | 'joined' | 'left';
  /** Key of the index that made it part of the study. */
  index?: string;
}

/** Small objects written at once. */
const writesAtOnce = 4;
/** Indexes that requests are writing in this process at once, bytes, unless one alone has more. While one is made it takes some five times as much. */
const writing = new ByteGate(4 * 2 ** 20);

/**
 * Takes in the objects that one STOW-RS request brings, of any number of studies: each to the job that its study's arrival has. What a request brings lies
 * under keys of its own, so that whatever becomes of it, it changes nothing of what others brought.
 */
export class DicomwebIntake {
  readonly #request: DicomwebRequest;
  readonly #deps: ApiDeps;
  readonly #hashUid: UidHasher;
  readonly #writes = new BackgroundWrites(writesAtOnce);
  readonly #studies = new Map<string, BroughtStudy>();
  /** Images of all studies: they are in memory until the request ends. */
  #frames = 0;
  /** Of all studies' indexes. */
  #indexBytes = 0;

  constructor(request: DicomwebRequest, deps: ApiDeps) {
    this.#request = request;
    this.#deps = deps;
    this.#hashUid = deps.uidHasherOf(request.tenant);
  }

  /** Jobs that the objects went to. */
  get jobIds(): string[] {
    return this.#brought().map(({ arrival }) => arrival.jobId);
  }

  /** How many of them this request has opened. */
  get newJobs(): number {
    return this.#brought().filter(({ isNew }) => isNew).length;
  }

  /** Lets one object in; its content is read to its end. What is wrong with it is its outcome; a failure of ours is thrown. */
  async add(content: AsyncIterable<Buffer>): Promise<StoredObjectOutcome> {
    let sender: SenderNames | undefined;
    let indexBytes = 0;
    try {
      const instance = await receiveInstance(content, {
        store: this.#deps.store,
        limits: this.#deps.config,
        hashUid: this.#hashUid,
        writes: this.#writes,
        signal: this.#request.signal,
        admit: async (one, names, bytes) => {
          sender = names;
          indexBytes = bytes;
          return this.#admit(one, names, bytes);
        },
      });
      if (instance !== undefined) {
        const study = this.#studies.get(instance.studyInstanceUid)!;
        study.instances.set(instance.sopInstanceUid, instance);
        study.indexBytes += indexBytes;
        this.#frames += instance.frames.length;
        this.#indexBytes += indexBytes;
      }
      return { sender, error: undefined };
    } catch (error) {
      if (!isOfTheObject(error)) throw error;
      await drain(content);
      return { sender, error };
    }
  }

  /** Makes what was brought part of its studies: only then is it safe. Throws UPLOAD_ABORTED, UPLOAD_TIMEOUT, QUEUE_UNAVAILABLE. */
  async finish(): Promise<void> {
    await this.#writes.settled();
    for (const study of this.#brought()) await this.#join(study);
    // Until this request leaves a study, nobody can have closed it without what joined by now.
    for (const study of this.#brought()) await this.#leave(study);
  }

  /** Call it on every exit: no study waits for this request any longer, and nothing is kept of what did not join. */
  async leave(): Promise<void> {
    await this.#writes.ended();
    const ends = [...this.#studies.values()].map(async (study) => this.#end(study));
    const failed = (await Promise.allSettled(ends)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  async #end(study: BroughtStudy): Promise<void> {
    if (study.progress === 'left') return;
    try {
      if (study.progress === 'brings') await this.#deps.store.erase(this.#keyOf(study, ''));
    } finally {
      await this.#leave(study);
    }
  }

  #brought(): BroughtStudy[] {
    return [...this.#studies.values()].filter(({ instances }) => instances.size > 0);
  }

  async #admit(instance: DicomInstance, names: SenderNames, indexBytes: number): Promise<string | undefined> {
    const { studyInstanceUid } = this.#request;
    if (studyInstanceUid !== undefined && studyInstanceUid !== names.studyInstanceUid) {
      throw new HepastageError(ErrorCode.MIXED_STUDIES, {
        what: 'the object belongs to another study than the request',
        action: 'send it to /dicomweb/studies, or to its own study',
      });
    }
    const study = await this.#studyOf(instance);
    if (study.instances.has(instance.sopInstanceUid)) return undefined;
    const { filesMax, indexBytesMax } = this.#deps.config;
    if (study.instances.size >= filesMax) throw tooManyFiles(filesMax);
    if (this.#frames + instance.frames.length > framesMax) throw tooManyFrames();
    if (this.#indexBytes + indexBytes > indexBytesMax) throw tooLargeIndex(indexBytesMax);
    return this.#keyOf(study, `${instance.sopInstanceUid}.dcm`);
  }

  async #studyOf({ studyInstanceUid }: DicomInstance): Promise<BroughtStudy> {
    const known = this.#studies.get(studyInstanceUid);
    if (known !== undefined) return known;
    const { tenant, id } = this.#request;
    const { arrivals, status, config, newJobId, clock } = this.#deps;
    const newId = newJobId();
    const arrival = await arrivals.enter({ tenant, studyInstanceUid }, newId, {
      id,
      msMax: config.requestMsMax,
    });
    const { jobId } = arrival;
    const isNew = jobId === newId;
    const study: BroughtStudy = { arrival, isNew, instances: new Map(), indexBytes: 0, progress: 'brings' };
    this.#studies.set(studyInstanceUid, study);
    const createdAt = timestampFromDate(clock());
    await status.create(
      create(StudyRequestSchema, { tenant, jobId, createdAt, studyInstanceUid }),
      JobRecord_State.RECEIVING,
    );
    return study;
  }

  /** Where everything lies that this request brings of a study. */
  #keyOf({ arrival: { tenant, jobId } }: BroughtStudy, file: string): string {
    return objectKeys.input(tenant, jobId, `${this.#request.id}/${file}`);
  }

  async #join(brought: BroughtStudy): Promise<void> {
    // Whatever comes after this, a study that may be staged has its line, even if its request is never answered, or is refused for the sake of another study.
    await this.#request.accepting(brought.arrival.jobId);
    await writing.during(brought.indexBytes, async () => this.#writeIndex(brought));
  }

  async #writeIndex(brought: BroughtStudy): Promise<void> {
    const { tenant, jobId, studyInstanceUid } = brought.arrival;
    const { store, clock } = this.#deps;
    const { id, signal } = this.#request;
    signal.throwIfAborted();
    const instances = [...brought.instances.values()];
    const body = Buffer.from(
      encodeText(DicomStudySchema, create(DicomStudySchema, { studyInstanceUid, instances })),
    );
    // Once it may have been written, whoever closes the study may count on what it names.
    brought.progress = 'joined';
    const key = objectKeys.arrival(tenant, jobId, `${clock().getTime()}-${id}`);
    brought.index = key;
    await store.writeBytes(key, body, { mediaType: 'application/json', signal });
  }

  /** Throws where the study went on without this request. */
  async #leave(brought: BroughtStudy): Promise<void> {
    const { arrivals, store, status } = this.#deps;
    const { arrival } = brought;
    const { tenant, jobId } = arrival;
    const leaving = await arrivals.leave(arrival, this.#request.id);
    brought.progress = 'left';
    if (leaving === 'open') return;
    const state = (await status.get(tenant, jobId))?.record.state;
    const wasClosed = leaving === 'closed' || !(state === undefined || erasedStates.has(state));
    if (wasClosed) throw tookTooLong();
    // Nobody who makes a study of the rest is to count on what this request is told to send again. Whoever has, finds its objects: they go with the job.
    if (brought.index !== undefined) await store.erase(brought.index);
    if (state !== JobRecord_State.CANCELLED && (await isLost(arrival, store))) throw lost();
    // Nothing is promised to anybody: what was written after the erasure.
    await store.erase(objectKeys.job(tenant, jobId));
    if (state === JobRecord_State.RECEIVING) await status.erase(tenant, jobId);
    throw erased();
  }
}

/** Of a job whose arrival is absent: one that its owner erased, or is erasing, and one whose record was made anew just after that, or after Redis lost it. */
const erasedStates: ReadonlySet<JobRecord_State> = new Set([
  JobRecord_State.CANCELLED,
  JobRecord_State.RECEIVING,
]);

/** Whether it is one object that is wrong: neither its connection, nor its store. */
function isOfTheObject(error: unknown): error is HepastageError {
  return error instanceof HepastageError && error.httpStatus < 500 && !ofTheRequest.has(error.code);
}

const ofTheRequest: ReadonlySet<ErrorCode> = new Set([ErrorCode.UPLOAD_ABORTED, ErrorCode.UPLOAD_TIMEOUT]);

function tooManyFiles(filesMax: number): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_FILES, {
    what: 'the request brings more objects of a study than allowed',
    expected: `at most ${filesMax}`,
    action: 'send the T1W and T2W series alone',
  });
}

function tooManyFrames(): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_FILES, {
    what: 'the request brings more images than allowed',
    expected: `at most ${framesMax}`,
    action: 'send the T1W and T2W series alone',
  });
}

function tooLargeIndex(indexBytesMax: number): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_FILES, {
    what: 'the request brings more to be said of its images than allowed',
    expected: `at most ${indexBytesMax} bytes of index`,
    action: 'send the T1W and T2W series alone',
  });
}

function tookTooLong(): HepastageError {
  return new HepastageError(ErrorCode.UPLOAD_TIMEOUT, {
    what: 'the study was closed before the request had ended',
    action: 'send it again',
  });
}

function erased(): HepastageError {
  return new HepastageError(ErrorCode.UPLOAD_ABORTED, {
    what: 'the study was erased while it arrived',
    action: 'send it again if it is still wanted',
  });
}
