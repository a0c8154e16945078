import { availability } from './availability.ts';
import { networkPolicies } from './network.ts';
import { images, leastPrivilege, probes, resources } from './pods.ts';
import type { Policy } from './policy.ts';
import { references } from './references.ts';
import { scaling } from './scaling.ts';
import { accelerators, gracePeriods, memory, settings } from './settings.ts';

/** What holds of everything that a cluster is sent, beside its schema. */
export const policies: Readonly<Record<string, Policy>> = {
  leastPrivilege,
  resources,
  probes,
  images,
  networkPolicies,
  availability,
  references,
  settings,
  gracePeriods,
  memory,
  accelerators,
  scaling,
};
