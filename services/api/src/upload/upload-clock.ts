import { ErrorCode, HepastageError } from '@hepastage/proto';

export interface UploadTimes {
  readonly uploadMsMax: number;
  readonly uploadIdleMsMax: number;
}

/**
 * Ends an upload that takes too long, that has fallen silent, whose client is gone, or that is given up: `signal` aborts with the error to answer with.
 * Silence is measured only while bytes are waited for, so that a slow store is not held against the client.
 */
export class UploadClock implements Disposable {
  readonly #controller = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #idleMsMax: number;
  readonly #gone: AbortSignal;
  readonly #givenUp: AbortSignal | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** `givenUp` aborts with an error of its own. */
  constructor({ uploadMsMax, uploadIdleMsMax }: UploadTimes, gone: AbortSignal, givenUp?: AbortSignal) {
    this.#idleMsMax = uploadIdleMsMax;
    this.#total = setTimeout(() => this.#end(tooSlow('the upload took too long', uploadMsMax)), uploadMsMax);
    this.#gone = gone;
    gone.addEventListener('abort', this.#onGone);
    if (gone.aborted) this.#onGone();
    this.#givenUp = givenUp;
    givenUp?.addEventListener('abort', this.#onGivenUp);
    if (givenUp?.aborted === true) this.#onGivenUp();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  expectBytes(): void {
    this.haveBytes();
    const silence = this.#idleMsMax;
    this.#idle = setTimeout(() => this.#end(tooSlow('the upload fell silent', silence)), silence);
  }

  haveBytes(): void {
    clearTimeout(this.#idle);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#total);
    this.haveBytes();
    this.#gone.removeEventListener('abort', this.#onGone);
    this.#givenUp?.removeEventListener('abort', this.#onGivenUp);
  }

  readonly #onGone = () => this.#end(uploadAborted());

  readonly #onGivenUp = () => this.#end(this.#givenUp?.reason as HepastageError);

  #end(error: HepastageError): void {
    this.#controller.abort(error);
  }
}

export function uploadAborted(cause?: unknown): HepastageError {
  return new HepastageError(ErrorCode.UPLOAD_ABORTED, {
    what: 'the upload ended before it was whole',
    action: 'send the study again',
    cause,
  });
}

function tooSlow(what: string, milliseconds: number): HepastageError {
  return new HepastageError(ErrorCode.UPLOAD_TIMEOUT, {
    what,
    expected: `at most ${milliseconds} ms`,
    action: 'send the study again, over a faster connection or with compressed volumes',
  });
}
