import { PassThrough, type Readable } from 'node:stream';
import { uploadAborted } from '../upload/upload-clock.ts';
import { OpenPart } from './open-part.ts';
import { watchBody } from './watch-body.ts';

/** A body that is one object, read as if it were a part: whoever stops early leaves the body itself whole. */
export class WholeBody implements Disposable {
  readonly #body: Readable;
  readonly #through = new PassThrough();
  readonly #stopWatching: () => void;
  readonly part: OpenPart;

  constructor(body: Readable, signal: AbortSignal | undefined) {
    this.#body = body;
    this.part = new OpenPart(this.#through);
    body.pipe(this.#through);
    this.#stopWatching = watchBody(body, signal, (error) => this.part.destroy(error));
  }

  [Symbol.dispose](): void {
    this.#stopWatching();
    this.#body.unpipe(this.#through);
    this.part.destroy(uploadAborted());
  }
}
