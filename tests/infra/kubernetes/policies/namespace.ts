import { nameOf, ofKind } from '../objects.ts';
import { type Policy, unmet } from './policy.ts';

/** Whatever names its own namespace names the one that is made. */
export const ownNamespace: Policy = (objects) => {
  const [namespace, ...others] = ofKind(objects, 'Namespace').map(({ metadata }) => metadata?.name);
  return [
    ...unmet('Namespace', { 'is one': namespace !== undefined && others.length === 0 }),
    ...objects
      .filter(({ kind }) => kind !== 'Namespace')
      .flatMap((object) => unmet(nameOf(object), { 'is in it': object.metadata?.namespace === namespace })),
    ...ofKind(objects, 'RoleBinding').flatMap((binding) =>
      unmet(nameOf(binding), {
        'gives rights to accounts in it': (binding.subjects ?? []).every(
          (subject) => subject.namespace === namespace,
        ),
      }),
    ),
    ...ofKind(objects, 'ScaledObject').flatMap((scaledObject) =>
      unmet(nameOf(scaledObject), {
        'asks for jobs in it': scaledObject.spec.triggers.every(({ metadata }) => {
          const [, ...selectors] = (metadata['query'] ?? '').split('{');
          return selectors.every((selector) => selector.includes(`namespace="${namespace}"`));
        }),
      }),
    ),
  ];
};
