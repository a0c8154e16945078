import { HepastageError } from '@hepastage/proto';
import type { Settled } from './imaging-protocol.ts';

/** How `work` ends, as it travels between threads. Never rejects. */
export async function settled<T>(work: () => T | Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const { code, details, cause } = HepastageError.from(error);
    return { ok: false, code, details: { ...details, cause } };
  }
}

/** The error that was thrown in the other thread. */
export function errorOf({ code, details }: Extract<Settled<unknown>, { ok: false }>): HepastageError {
  return new HepastageError(code, details);
}
