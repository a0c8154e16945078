/** A study whose instances arrive in several requests: which job they go to. */
export interface Arrival {
  readonly tenant: string;
  /** Keyed hash. */
  readonly studyInstanceUid: string;
  readonly jobId: string;
}

export type StudyName = Pick<Arrival, 'tenant' | 'studyInstanceUid'>;

/** A bringer of instances, unique among those of its study. */
export interface Bringer {
  readonly id: string;
  /** Longest that it may take: then it counts as gone, ms. */
  readonly msMax: number;
}

/**
 * What became of an arrival by the time that one of its bringers leaves. `open`: what it brought is part of the study, whoever closes it. `closed`: the
 * study went on without it, because it took longer than it may. `absent`: the same, long ago; or the job was erased; or Redis lost it.
 */
export type Leaving = 'open' | 'closed' | 'absent';

/** What came of trying to close an arrival. */
export type Closing =
  /** No more instances will join this job. `said`: with the words of whoever closed it, now or before. */
  | { readonly kind: 'closed'; readonly jobId: string; readonly said: string }
  /** Requests are still bringing instances, or may. */
  | { readonly kind: 'busy' }
  /** Nothing of that study is arriving. */
  | { readonly kind: 'absent' };

/**
 * Studies that arrive over DICOMweb, in one request or many.
 *
 *     (absent) → open → closed → (absent)
 *         enter ┘ │       │ settle: what follows from its end is done
 *    enter, leave ┘       └ close: nobody is bringing instances, and nobody has for the quiet period or a client says that the study is complete
 *
 * Whoever brings the first instance of a study opens its arrival, and with it a job; the others join. Instances that come after it was closed open
 * another. Each open or closed arrival has one alarm, so that whoever dies on the way is followed by another replica. What is said of a study when it is
 * closed is kept with it until it is settled, so that whoever follows says the same. Failures of Redis are HepastageErrors QUEUE_UNAVAILABLE.
 */
export interface Arrivals {
  /** Joins the study's arrival, or opens it with `newJobId`. `bringer` counts as bringing instances until it leaves. */
  enter(study: StudyName, newJobId: string, bringer: Bringer): Promise<Arrival>;
  /** This bringer brings no more. The quiet period begins anew. Doing it again changes nothing else. */
  leave(arrival: Arrival, bringerId: string): Promise<Leaving>;
  /** Closes the study's arrival, or gives one that was closed and not yet settled. */
  close(study: StudyName, said: string): Promise<Closing>;
  /** Closes the arrival of this job, unless somebody came or went within `quietMs`: `busy`, too. `absent`: it is not the study's any more. */
  closeIfQuiet(arrival: Arrival, quietMs: number): Promise<Closing>;
  /** Sets the alarm of an arrival that Redis has lost: it rings after a quiet period, though nobody knows of the arrival. Doing it again changes nothing. */
  closeLost(arrival: Arrival): Promise<void>;
  /** All that follows from a closed arrival is done. */
  settle(arrival: Arrival): Promise<void>;
  /** Its job is erased: instances that come from now on open another. */
  abandon(arrival: Arrival): Promise<void>;
  /** From now on studies whose quiet period is over are closed here, as by any other replica: each by one. */
  closeQuiet(onQuiet: OnQuiet): Promise<void>;
  shutDown(): Promise<void>;
}

/**
 * What follows from a closed arrival: `said` is empty after a quiet period. If it throws it is called again, here or elsewhere, and so it is if its
 * process dies; it may run beside whoever closed the study by name. When it returns the arrival is settled.
 */
export type OnQuiet = (arrival: Arrival, said: string) => Promise<void>;
