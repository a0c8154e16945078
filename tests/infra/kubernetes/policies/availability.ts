import { ofKind, podsOf, selects } from '../objects.ts';
import { type Policy, unmet } from './policy.ts';

/** A rollout, and the drain of a node, leave somebody who serves. */
export const availability: Policy = (objects) => {
  const budgets = ofKind(objects, 'PodDisruptionBudget');
  return ofKind(objects, 'Deployment').flatMap((deployment) => {
    const [pod] = podsOf([deployment]);
    const { owner, labels, spec } = pod!;
    const spread = spec.topologySpreadConstraints ?? [];
    const rolling = deployment.spec?.strategy?.rollingUpdate;
    return unmet(owner, {
      'has one PodDisruptionBudget, which lets nodes be drained':
        budgets.filter(
          (budget) => selects(budget.spec?.selector ?? {}, labels) && budget.spec?.maxUnavailable === 1,
        ).length === 1,
      'is spread over nodes, with others of its own': spread.some(
        ({ topologyKey, labelSelector }) =>
          topologyKey === 'kubernetes.io/hostname' && selects(labelSelector ?? {}, labels),
      ),
      'spreads what it is itself': spread.every(({ labelSelector }) => selects(labelSelector ?? {}, labels)),
      'is replaced before it goes, if it is an API or a worker':
        !/-(?:api|worker)$/.test(owner) || rolling?.maxUnavailable === 0,
      'selects its own pods': selects(deployment.spec?.selector ?? {}, labels),
      'selects no other’s pods': ofKind(objects, 'Deployment').every(
        (other) =>
          other === deployment ||
          !selects(deployment.spec?.selector ?? {}, other.spec?.template.metadata?.labels ?? {}),
      ),
    });
  });
};
