import { availability } from './availability.ts';
import { egress } from './egress.ts';
import { networkPolicies } from './network.ts';
import { ownNamespace } from './namespace.ts';
import { images, leastPrivilege, probes, resources } from './pods.ts';
import type { Policy } from './policy.ts';
import { references } from './references.ts';
import { scaling } from './scaling.ts';
import { accelerators, gracePeriods, memory, modelMemory, reconciling, settings } from './settings.ts';
import { waysOut } from './ways-out.ts';

/** What holds of everything that a cluster is sent, beside its schema. */
export const policies: Readonly<Record<string, Policy>> = {
  leastPrivilege,
  resources,
  probes,
  images,
  networkPolicies,
  egress,
  availability,
  references,
  ownNamespace,
  settings,
  waysOut,
  reconciling,
  gracePeriods,
  memory,
  modelMemory,
  accelerators,
  scaling,
};
