import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Whether the service takes work. It begins ready, and stops once; what it has in hand then it gives up once, later. */
export class Lifecycle {
  readonly #stopping = new AbortController();
  readonly #givenUp = new AbortController();

  /** Aborts when the service begins to stop: nothing may wait for long after that. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Aborts when there is no time left for what is in hand, with the error to answer with. */
  get givenUp(): AbortSignal {
    return this.#givenUp.signal;
  }

  stop(): void {
    this.#stopping.abort();
  }

  giveUp(): void {
    this.#givenUp.abort(
      new HepastageError(ErrorCode.NOT_READY, {
        what: 'the service is stopping, and the request has not ended in time',
        action: 'send the request again: another replica will answer',
      }),
    );
  }
}
