/** Which licences a package may have. */
export interface LicencePolicy {
  /** SPDX identifiers. */
  readonly allowed: ReadonlySet<string>;
  /** Why a package is used whatever it states, by `name@version`: a new version is a new decision. */
  readonly exceptions: Readonly<Record<string, string>>;
}

const olderField = 'MIT, but stated in the older field "licenses", which npm leaves out of a lock file';

export const licencePolicy: LicencePolicy = {
  allowed: new Set([
    // They ask for no more than their own text.
    '0BSD',
    'Apache-2.0',
    'Apache-2.0 WITH LLVM-exception',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BSL-1.0',
    'CC0-1.0',
    'ISC',
    'LicenseRef-BSD',
    'MIT',
    'PSF-2.0',
    'Unlicense',
    'Zlib',
    // Its files stay open when they are changed; what uses them need not be.
    'MPL-2.0',
  ]),
  exceptions: {
    // Of testcontainers.
    'ssh2@1.17.0': olderField,
    'cpu-features@0.0.10': olderField,
    'buildcheck@0.0.7': olderField,
  },
};
