import { type CheckOutcome, outcomeOf } from '../outcome.ts';
import {
  type Lockfile,
  readLockfile,
  readRootManifest,
  type RootManifest,
  thirdPartyPackages,
} from './lockfile.ts';

/** Whether somebody decided, for every package that wants to run code while it is installed, if it may. */
export async function checkInstallScripts(): Promise<CheckOutcome> {
  return outcomeOf(undecidedInstallScripts(await readLockfile(), await readRootManifest()));
}

/** Packages with an install script that `allowScripts` does not name, and names there that have none. */
export function undecidedInstallScripts(
  lockfile: Lockfile,
  { allowScripts = {} }: Pick<RootManifest, 'allowScripts'>,
): string[] {
  const scripted = new Set(
    thirdPartyPackages(lockfile)
      .filter(({ hasInstallScript }) => hasInstallScript === true)
      .map(({ name }) => name),
  );
  const decisions = new Map(Object.entries(allowScripts));
  return [
    ...[...scripted]
      .filter((name) => typeof decisions.get(name) !== 'boolean')
      .map(
        (name) =>
          `${name} has an install script: set it in allowScripts of package.json, false unless it is needed`,
      ),
    ...[...decisions.keys()]
      .filter((name) => !scripted.has(name))
      .map((name) => `allowScripts of package.json names ${name}, which has no install script`),
  ];
}
