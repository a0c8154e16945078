import type {
  IPodMonitor,
  IPrometheusRule,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type {
  IBackendTLSPolicy,
  IHTTPRoute,
} from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import type {
  IValidatingAdmissionPolicy,
  IValidatingAdmissionPolicyBinding,
} from 'kubernetes-models/admissionregistration.k8s.io/v1';
import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IRole, IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type {
  IConfigMap,
  IContainer,
  INamespace,
  IPodSpec,
  ISecret,
  IService,
  IServiceAccount,
} from 'kubernetes-models/v1';

/** What the manifests are made of. Its kind tells which. */
export type ClusterObject =
  | IBackendTLSPolicy
  | IConfigMap
  | ICronJob
  | IDeployment
  | IHorizontalPodAutoscaler
  | IHTTPRoute
  | IIngress
  | INamespace
  | INetworkPolicy
  | IPodDisruptionBudget
  | IPodMonitor
  | IPrometheusRule
  | IRole
  | IRoleBinding
  | IScaledObject
  | ISecret
  | IService
  | IServiceAccount
  | IStatefulSet
  | IValidatingAdmissionPolicy
  | IValidatingAdmissionPolicyBinding;

export type Labels = Readonly<Record<string, string>>;

/** A pod as one of the objects would make it. */
export interface Pod {
  /** `Deployment/hepastage-api`. */
  readonly owner: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'CronJob';
  readonly labels: Labels;
  readonly spec: IPodSpec;
}

export function nameOf({ kind, metadata }: ClusterObject): string {
  return `${kind}/${metadata?.name ?? 'nameless'}`;
}

export function ofKind<K extends ClusterObject['kind']>(
  objects: readonly ClusterObject[],
  kind: K,
): Extract<ClusterObject, { kind: K }>[] {
  return objects.filter((object): object is Extract<ClusterObject, { kind: K }> => object.kind === kind);
}

/** The one of that kind and name. */
export function named<K extends ClusterObject['kind']>(
  objects: readonly ClusterObject[],
  kind: K,
  name: string,
): Extract<ClusterObject, { kind: K }> {
  const found = ofKind(objects, kind).find(({ metadata }) => metadata?.name === name);
  if (found === undefined) throw new Error(`there is no ${kind}/${name}`);
  return found;
}

/** Every pod that the objects would make. */
export function podsOf(objects: readonly ClusterObject[]): Pod[] {
  return objects.flatMap((object) => {
    const { kind } = object;
    if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'CronJob') return [];
    const template = kind === 'CronJob' ? object.spec?.jobTemplate.spec?.template : object.spec?.template;
    if (template?.spec === undefined) throw new Error(`${nameOf(object)} makes no pods`);
    return [{ owner: nameOf(object), kind, labels: template.metadata?.labels ?? {}, spec: template.spec }];
  });
}

/** Those that run beside each other, and those that run first. */
export function containersOf({ spec }: Pod): IContainer[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** The container of that name in the pods of `owner`, `Deployment/hepastage-api`. */
export function containerOf(objects: readonly ClusterObject[], owner: string, name: string): IContainer {
  const found = podsOf(objects)
    .filter((pod) => pod.owner === owner)
    .flatMap(containersOf)
    .find((container) => container.name === name);
  if (found === undefined) throw new Error(`${owner} has no container ${name}`);
  return found;
}

export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** Whether a selector takes something with these labels. An empty one takes everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator === 'In') return values.includes(labels[key] ?? '');
      throw new Error(`a selector with ${operator}`);
    })
  );
}

/** Bytes of a quantity of memory, `2Gi`. */
export function bytesOf(quantity: string | number): number {
  const [, digits = '', unit = ''] = /^(\d+)(Mi|Gi)?$/.exec(String(quantity)) ?? [];
  if (digits === '') throw new Error(`${quantity} is no whole number of Mi or Gi`);
  return Number(digits) * ({ Mi: 2 ** 20, Gi: 2 ** 30 }[unit] ?? 1);
}
