import { PassThrough, Transform } from 'node:stream';

/** Lets so many bytes a second through. */
export function throttle(bytesPerSecond: number): Transform {
  if (bytesPerSecond === Number.POSITIVE_INFINITY) return new PassThrough();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(done, (1_000 * chunk.length) / bytesPerSecond, null, chunk);
    },
  });
}

/** Lets so many bytes through and then breaks; undefined: all. */
export function cut(bytes: number | undefined): Transform {
  if (bytes === undefined) return new PassThrough();
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (left > 0) done(null, passed);
      else {
        this.push(passed);
        // What was let through is on its way before the connection breaks.
        setImmediate(() => done(new Error('cut off')));
      }
    },
    flush(done) {
      done(new Error('cut off'));
    },
  });
}
