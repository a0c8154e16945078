import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { ImageFinding } from '../../volume.ts';

/** Throws the first SEVERE finding, if there is one, as the error that its code names. */
export function assertUsable(findings: readonly ImageFinding[]): void {
  const severe = findings.find(({ severity }) => severity === 'SEVERE');
  if (severe === undefined) return;
  const { code, message } = severe;
  if (!(code in ErrorCode)) throw new RangeError(`no ErrorCode has the name ${code}`);
  throw new HepastageError(ErrorCode[code as keyof typeof ErrorCode], {
    // An error says it within a sentence.
    what: message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, ''),
    action: 'send another series, or export this one again, whole and as the scanner made it',
  });
}
