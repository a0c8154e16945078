import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Most of a file that holds one secret or one certificate with its chain, bytes. */
const bytesMaxDefault = 64 * 1024;

/**
 * The text of a small file that the setting `variable` names. Throws INVALID_CONFIG that names the variable, but neither the file nor what is in it: by mistake,
 * either may be a secret. Reads synchronously, as settings are read once, at the start, and are small.
 */
export function readConfigFile(variable: string, path: string, bytesMax = bytesMaxDefault): string {
  const bytes = readBounded(variable, path, bytesMax);
  if (!isUtf8(bytes)) throw unusable(variable, 'a file that is no text');
  const text = bytes.toString();
  if (text.trim() === '') throw unusable(variable, 'an empty file');
  return text;
}

function readBounded(variable: string, path: string, bytesMax: number): Buffer {
  let bytes: Buffer;
  try {
    const file = statSync(path);
    // A pipe could be waited for without end.
    if (!file.isFile()) throw unusable(variable, 'something that is no file');
    if (file.size > bytesMax) throw unusable(variable, `a file of more than ${bytesMax} bytes`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof HepastageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw unusable(variable, `a file that cannot be read (${code})`);
  }
  return bytes;
}

function unusable(variable: string, named: string): HepastageError {
  return new HepastageError(ErrorCode.INVALID_CONFIG, {
    what: `${variable} names ${named}`,
    where: 'environment',
    action: 'set the variable and start again',
  });
}
