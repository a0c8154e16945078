import type { ClusterObject } from '../objects.ts';

/** What is wrong with what a cluster would be sent, a line each. */
export type Policy = (objects: readonly ClusterObject[]) => string[];

/** A line for each thing that does not hold of `subject`. */
export function unmet(subject: string, demands: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(demands)
    .filter(([, holds]) => !holds)
    .map(([demand]) => `${subject}: ${demand}`);
}
