import { type Lockfile, thirdPartyPackages } from './lockfile.ts';

/**
 * Packages whose content the lock file does not fix, or that come from elsewhere than the registry (Git, a URL, a file). An entry says no place of its own
 * (`.npmrc` keeps npm from writing one): it comes from the registry that npm is set to use, and with the same digest it is the same package. What comes in
 * another package's archive is fixed by that one's digest.
 */
export function sourceProblems(lockfile: Lockfile): string[] {
  return thirdPartyPackages(lockfile).flatMap(({ path, inBundle, resolved, integrity }) => [
    ...(inBundle === true || integrity?.startsWith('sha512-') === true
      ? []
      : [`${path} has no SHA-512 integrity`]),
    ...(resolved === undefined ? [] : [`${path} names a place of its own to come from`]),
  ]);
}
