import { type CheckOutcome, outcomeOf } from '../outcome.ts';
import { type LicencePolicy, licencePolicy } from './licence-policy.ts';
import { readLockfile, thirdPartyPackages } from './lockfile.ts';
import { readPythonLicences } from './python-licences.ts';
import { isSatisfiable } from './spdx-expression.ts';

export interface LicensedPackage {
  readonly name: string;
  readonly version?: string | undefined;
  /** SPDX licence expression. */
  readonly license?: string | undefined;
}

/** Whether we may use every package of the lock file, for development included, and every one that training/requirements.txt names. */
export async function checkLicences(): Promise<CheckOutcome> {
  const packages = [...thirdPartyPackages(await readLockfile()), ...(await readPythonLicences())];
  return outcomeOf(licenceProblems(packages, licencePolicy));
}

/** Packages whose licence the policy does not allow, and exceptions that nothing needs. */
export function licenceProblems(
  packages: readonly LicensedPackage[],
  { allowed, exceptions }: LicencePolicy,
): string[] {
  const problems = new Map(
    packages.flatMap(({ name, version, license }): [string, string][] => {
      const problem = licenceProblem(license, allowed);
      return problem === undefined ? [] : [[`${name}@${version}`, problem]];
    }),
  );
  return [
    ...[...problems]
      .filter(([id]) => !Object.hasOwn(exceptions, id))
      .map(([id, problem]) => `${id}: ${problem}`),
    ...Object.keys(exceptions)
      .filter((id) => !problems.has(id))
      .map((id) => `${id}: nothing needs this exception any more`),
  ];
}

function licenceProblem(license: string | undefined, allowed: ReadonlySet<string>): string | undefined {
  if (license === undefined) return 'states no licence';
  try {
    return isSatisfiable(license, allowed) ? undefined : `${license} is not among the allowed licences`;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
