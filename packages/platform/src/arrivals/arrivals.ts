/** A study whose instances arrive in several requests: which job they go to. */
export interface Arrival {
  readonly tenant: string;
  /** Keyed hash. */
  readonly studyInstanceUid: string;
  readonly jobId: string;
}

export type StudyName = Pick<Arrival, 'tenant' | 'studyInstanceUid'>;

/** What came of trying to close an arrival. */
export type Closing =
  /** No more instances will join this job. */
  | { readonly kind: 'closed'; readonly jobId: string }
  /** Requests are still bringing instances. */
  | { readonly kind: 'busy' }
  /** Nothing of that study is arriving. */
  | { readonly kind: 'absent' };

/**
 * Studies that arrive over DICOMweb, in one request or many. Whoever brings the first instance of a study opens its arrival, and with it a job; the
 * others join. It is closed once, after a quiet period or when a client says that the study is complete, and never while a request is still
 * bringing instances. Failures of Redis are HepastageErrors QUEUE_UNAVAILABLE.
 */
export interface Arrivals {
  /** Joins the study's arrival, or opens it with `newJobId`. `bringer` counts as bringing instances until it leaves, or for `msMax`. */
  enter(
    study: StudyName,
    newJobId: string,
    bringer: { readonly id: string; readonly msMax: number },
  ): Promise<Arrival>;
  /** This bringer brings no more. The quiet period begins anew. */
  leave(arrival: Arrival, bringerId: string): Promise<void>;
  close(study: StudyName): Promise<Closing>;
  /** Its job is erased: instances that come from now on open another. */
  abandon(arrival: Arrival): Promise<void>;
  /** From now on studies whose quiet period is over are closed here, as by any other replica: each by one. */
  closeQuiet(onQuiet: OnQuiet): Promise<void>;
  shutDown(): Promise<void>;
}

/** What is done with a study after its quiet period. May be called again for the same arrival if it throws. */
export type OnQuiet = (arrival: Arrival) => Promise<void>;
