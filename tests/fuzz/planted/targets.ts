import { ErrorCode, HepastageError } from '@hepastage/proto';
import { accepted, Finding, type FuzzTarget } from '../engine/target.ts';

/** What a broken parser does with the inputs that it can't take. */
const faults: Readonly<Record<string, (input: Uint8Array) => unknown>> = {
  'wrong error': (input) => (input as unknown as { missing: { length: number } }).missing.length,
  'our fault': () => {
    throw new HepastageError(ErrorCode.INTERNAL, { what: 'something went wrong' });
  },
  'wrong answer': () => {
    throw new Finding('this is no answer');
  },
  'stray rejection': () => void Promise.reject(new RangeError('nobody waits for this')),
  'stray error': () => void setImmediate(() => process.nextTick(() => JSON.parse('{'))),
  'endless loop': () => {
    for (;;);
  },
  'endless wait': async () => new Promise(() => setInterval(() => undefined, 1_000)),
  'never settled': async () => new Promise(() => undefined),
  hog: () => Buffer.alloc(100 * 2 ** 20, 1),
  crash: () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(0),
};

/** A parser that takes small bytes, refuses others, and has a fault with some. */
function planted(name: string, fault: (input: Uint8Array) => unknown): FuzzTarget {
  return {
    name,
    weight: 1,
    caseBytesMax: 48 * 2 ** 20,
    processBytesMax: 512 * 2 ** 20,
    open: async () => ({
      corpus: [new Uint8Array(16)],
      mutators: [],
      run: async (input) => {
        if (input.some((byte) => byte > 0xf0)) await fault(input);
        if (!input.some((byte) => byte > 0x7f)) return accepted;
        throw new HepastageError(ErrorCode.NOT_DICOM, { what: 'there is a large byte' });
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
}

export const faultlessName = 'faultless';

/** One for each fault, and one without any. */
export const targets: readonly FuzzTarget[] = [
  ...Object.entries(faults).map(([name, fault]) => planted(name, fault)),
  planted(faultlessName, () => undefined),
];

export const targetsModule = import.meta.url;
