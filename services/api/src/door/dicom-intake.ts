import { create } from '@bufbuild/protobuf';
import type { UidHasher } from '@hepastage/dicom';
import { isPassedOver } from '@hepastage/imaging';
import { framesMax } from '@hepastage/jobs';
import { objectKeys, type ObjectSink } from '@hepastage/platform';
import {
  type DicomInstance,
  type DicomStudy,
  DicomStudySchema,
  ErrorCode,
  ErrorCodeSchema,
  enumName,
  HepastageError,
  type Sequence,
} from '@hepastage/proto';
import { BackgroundWrites } from './background-writes.ts';
import { drain } from './borrowed.ts';
import { receiveInstance } from './receive-instance.ts';
import type { ObjectLimits } from './split-object.ts';

export interface IntakeDestination {
  readonly store: ObjectSink;
  readonly tenant: string;
  readonly jobId: string;
  readonly limits: ObjectLimits & {
    readonly filesMax: number;
    /** Most bytes of all objects together. */
    readonly studyBytesMax: number;
    /** Most bytes of the study's index. */
    readonly indexBytesMax: number;
  };
  readonly hashUid: UidHasher;
  readonly signal: AbortSignal;
}

/** Small objects written at once. With 1 MiB each they are what an upload takes of memory. */
const writesAtOnce = 4;

/** Takes the DICOM objects of one study in, one after the other. All of them must be of one study. */
export class DicomIntake {
  readonly #destination: IntakeDestination;
  readonly #writes = new BackgroundWrites(writesAtOnce);
  readonly #instances = new Map<string, DicomInstance>();
  readonly #skipped = new Map<ErrorCode, number>();
  #firstSkipped: HepastageError | undefined;
  #files = 0;
  #frames = 0;
  #indexBytes = 0;
  #bytes = 0;

  constructor(destination: IntakeDestination) {
    this.#destination = destination;
  }

  /** Objects that were let in. */
  get size(): number {
    return this.#instances.size;
  }

  /**
   * Lets one object in, or passes it over; its content is read to its end either way. Throws MIXED_STUDIES, TOO_MANY_FILES,
   * DECOMPRESSED_TOO_LARGE, and what is wrong with a damaged one.
   */
  async add(content: AsyncIterable<Buffer>, sequence: Sequence): Promise<void> {
    this.#count();
    try {
      const instance = await this.#receive(content, sequence);
      if (instance !== undefined) this.#instances.set(instance.sopInstanceUid, instance);
    } catch (error) {
      if (!(error instanceof HepastageError) || !isPassedOver(error.code)) throw error;
      this.#firstSkipped ??= error;
      this.#skipped.set(error.code, (this.#skipped.get(error.code) ?? 0) + 1);
      await drain(content);
    }
  }

  /** The study, once everything of it is in the store. Throws what was wrong with the first object if none was let in. */
  async finish(): Promise<DicomStudy> {
    await this.#writes.settled();
    if (this.#instances.size === 0 && this.#firstSkipped !== undefined) throw this.#firstSkipped;
    const instances = [...this.#instances.values()];
    return create(DicomStudySchema, {
      studyInstanceUid: instances[0]?.studyInstanceUid ?? '',
      instances,
      skipped: [...this.#skipped].map(([code, count]) => ({ code: enumName(ErrorCodeSchema, code), count })),
    });
  }

  /** Waits until nothing is being written any more. */
  async ended(): Promise<void> {
    await this.#writes.ended();
  }

  async #receive(content: AsyncIterable<Buffer>, sequence: Sequence): Promise<DicomInstance | undefined> {
    const { tenant, jobId, limits } = this.#destination;
    const bytesLeft = limits.studyBytesMax - this.#bytes;
    const instance = await receiveInstance(content, {
      ...this.#destination,
      limits: { ...limits, decompressedBytesMax: Math.min(limits.decompressedBytesMax, bytesLeft) },
      writes: this.#writes,
      admit: async (one, _names, indexBytes) => {
        this.#checkStudy(one);
        if (this.#instances.has(one.sopInstanceUid)) return undefined;
        this.#countFrames(one, indexBytes);
        return objectKeys.instance(tenant, jobId, one.sopInstanceUid);
      },
    });
    if (instance === undefined) return undefined;
    instance.sequence = sequence;
    this.#bytes += instance.bytes;
    if (this.#bytes > limits.studyBytesMax) {
      throw new HepastageError(ErrorCode.DECOMPRESSED_TOO_LARGE, {
        what: 'the study decompresses to more than allowed',
        expected: `at most ${limits.studyBytesMax} bytes`,
        action: 'send the T1W and T2W series alone, as parts t1w and t2w',
      });
    }
    return instance;
  }

  #countFrames({ frames }: DicomInstance, indexBytes: number): void {
    const { indexBytesMax } = this.#destination.limits;
    this.#frames += frames.length;
    this.#indexBytes += indexBytes;
    if (this.#frames <= framesMax && this.#indexBytes <= indexBytesMax) return;
    throw new HepastageError(ErrorCode.TOO_MANY_FILES, {
      what: 'the study has more images than allowed',
      expected: `at most ${framesMax}, with ${indexBytesMax} bytes of index`,
      action: 'send the T1W and T2W series alone, as parts t1w and t2w',
    });
  }

  #count(): void {
    this.#files += 1;
    const { filesMax } = this.#destination.limits;
    if (this.#files <= filesMax) return;
    throw new HepastageError(ErrorCode.TOO_MANY_FILES, {
      what: 'the study has more files than allowed',
      expected: `at most ${filesMax}`,
      action: 'send the T1W and T2W series alone, as parts t1w and t2w',
    });
  }

  #checkStudy({ studyInstanceUid }: DicomInstance): void {
    const [first] = this.#instances.values();
    if (first === undefined || first.studyInstanceUid === studyInstanceUid) return;
    throw new HepastageError(ErrorCode.MIXED_STUDIES, {
      what: 'the files belong to more than one study',
      expected: 'one StudyInstanceUID',
      action: 'send one study at a time',
    });
  }
}
