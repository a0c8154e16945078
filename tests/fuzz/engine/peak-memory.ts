import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * Resident memory of this process as a case makes it rise. Linux can forget the peak so far (proc(5), clear_refs 5), so that every case has one of its own;
 * elsewhere only the peak of the whole run is known, and a case's is what it adds to that.
 */
export class PeakMemory implements Disposable {
  readonly #clearRefs = openIfPresent('/proc/self/clear_refs');
  #before = 0;

  begin(): void {
    if (this.#clearRefs !== undefined) writeSync(this.#clearRefs, '5');
    this.#before = this.peakBytes();
  }

  /** Most bytes since `begin`, beyond those of then. */
  riseBytes(): number {
    return this.peakBytes() - this.#before;
  }

  peakBytes(): number {
    if (this.#clearRefs === undefined) return process.resourceUsage().maxRSS * 1024;
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  }

  [Symbol.dispose](): void {
    if (this.#clearRefs !== undefined) closeSync(this.#clearRefs);
  }
}

function openIfPresent(path: string): number | undefined {
  try {
    return openSync(path, 'w');
  } catch {
    return undefined;
  }
}
