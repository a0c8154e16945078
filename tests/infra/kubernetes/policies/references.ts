import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IPodSpec } from 'kubernetes-models/v1';
import { type ClusterObject, containersOf, nameOf, ofKind, podsOf, selects } from '../objects.ts';
import { manifests } from '../render.ts';
import { type Policy, unmet } from './policy.ts';

/** Secrets that the README has made, `name/key`: nothing else may be asked for. */
const secretsOfReadme = secretsIn(readFileSync(join(manifests, 'README.md'), 'utf8'));

/** Whatever an object names is there. */
export const references: Policy = (objects) => {
  const names = new Set(objects.map(nameOf));
  return [
    ...unmet('Secrets', { 'are in no manifest': ofKind(objects, 'Secret').length === 0 }),
    ...objects.flatMap((object) =>
      namedBy(object)
        .filter((name) => !names.has(name))
        .map((name) => `${nameOf(object)}: names ${name}, which there is not`),
    ),
    ...podsOf(objects).flatMap(({ owner, spec }) =>
      secretsOf(spec)
        .filter((secret) => !secretsOfReadme.has(secret))
        .map((secret) => `${owner}: needs the Secret ${secret}, which README.md does not have made`),
    ),
    ...ofKind(objects, 'Ingress').flatMap(({ spec }) =>
      (spec?.tls ?? [])
        .filter(({ secretName = '' }) => !secretsOfReadme.has(secretName))
        .map(
          ({ secretName }) => `Ingress: needs the Secret ${secretName}, which README.md does not have made`,
        ),
    ),
    ...unmounted(objects),
    ...ofKind(objects, 'Service').flatMap((service) => servedBy(service, objects)),
    ...ofKind(objects, 'PodMonitor').flatMap((monitor) => scrapedBy(monitor, objects)),
  ];
};

/** What a reader of the README has made: `kubectl create secret generic NAME … --from-literal=KEY=… | --from-file=KEY=…`. */
function secretsIn(text: string): Set<string> {
  const commands = text
    .replaceAll('\\\n', ' ')
    .matchAll(/kubectl (?:-n \S+ )?create secret (?:generic|tls) (\S+)([^\n]*)/g);
  return new Set(
    [...commands].flatMap(([, name = '', options = '']) => [
      name,
      ...[...options.matchAll(/--from-(?:literal|file)=([^=\s]+)=/g)].map(([, key]) => `${name}/${key}`),
    ]),
  );
}

function namedBy(object: ClusterObject): string[] {
  switch (object.kind) {
    case 'HorizontalPodAutoscaler':
    case 'ScaledObject':
      return [`Deployment/${object.spec?.scaleTargetRef.name}`];
    case 'RoleBinding':
      return [
        `Role/${object.roleRef.name}`,
        ...(object.subjects ?? []).map(({ kind, name }) => `${kind}/${name}`),
      ];
    case 'BackendTLSPolicy':
      return object.spec.targetRefs.map(({ kind, name }) => `${kind}/${name}`);
    case 'ValidatingAdmissionPolicyBinding':
      return [`ValidatingAdmissionPolicy/${object.spec?.policyName}`];
    case 'HTTPRoute':
      return (object.spec.rules ?? []).flatMap(({ backendRefs = [] }) =>
        backendRefs.map(({ name }) => `Service/${name}`),
      );
    case 'Ingress':
      return (object.spec?.rules ?? []).flatMap(({ http }) =>
        (http?.paths ?? []).map(({ backend }) => `Service/${backend.service?.name}`),
      );
    case 'StatefulSet':
      return [`Service/${object.spec?.serviceName}`];
    default:
      return podsOf([object]).flatMap((pod) => [
        ...(pod.spec.serviceAccountName === undefined
          ? []
          : [`ServiceAccount/${pod.spec.serviceAccountName}`]),
        ...containersOf(pod).flatMap(({ env = [], envFrom = [] }) =>
          [
            ...envFrom.map(({ configMapRef }) => configMapRef?.name),
            ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
          ].flatMap((name) => (name === undefined ? [] : [`ConfigMap/${name}`])),
        ),
      ]);
  }
}

/** `name/key` of each Secret that is mounted; `name` where all of it is. */
function secretsOf({ volumes = [] }: IPodSpec): string[] {
  return volumes.flatMap(({ secret, projected }) => [
    ...(secret?.secretName === undefined ? [] : [secret.secretName]),
    ...(projected?.sources ?? []).flatMap(({ secret: part }) =>
      (part?.items ?? []).map(({ key }) => `${part?.name}/${key}`),
    ),
  ]);
}

/** Volumes that are mounted but not there, and secrets in variables: an environment can be looked at. */
function unmounted(objects: readonly ClusterObject[]): string[] {
  return podsOf(objects).flatMap((pod) =>
    containersOf(pod).flatMap(({ name, env = [], envFrom = [], volumeMounts = [] }) =>
      unmet(`${pod.owner} ${name}`, {
        'mounts volumes of its pod': volumeMounts.every(
          (mount) =>
            (pod.spec.volumes ?? []).some((volume) => volume.name === mount.name) ||
            isClaimed(mount.name, pod.owner, objects),
        ),
        'has secrets as files alone':
          env.every(({ valueFrom }) => valueFrom?.secretKeyRef === undefined) &&
          envFrom.every(({ secretRef }) => secretRef === undefined),
      }),
    ),
  );
}

function isClaimed(volume: string, owner: string, objects: readonly ClusterObject[]): boolean {
  return ofKind(objects, 'StatefulSet').some(
    (set) =>
      nameOf(set) === owner &&
      (set.spec?.volumeClaimTemplates ?? []).some(({ metadata }) => metadata?.name === volume),
  );
}

function servedBy(
  service: Extract<ClusterObject, { kind: 'Service' }>,
  objects: readonly ClusterObject[],
): string[] {
  const pods = podsOf(objects).filter(({ labels }) =>
    selects({ matchLabels: service.spec?.selector ?? {} }, labels),
  );
  const ports = pods.flatMap(({ spec }) => spec.containers.flatMap((container) => container.ports ?? []));
  return unmet(nameOf(service), {
    'leads to pods': pods.length > 0,
    'leads to ports that they have': (service.spec?.ports ?? []).every(({ targetPort }) =>
      ports.some(({ name }) => name === targetPort),
    ),
  });
}

function scrapedBy(
  monitor: Extract<ClusterObject, { kind: 'PodMonitor' }>,
  objects: readonly ClusterObject[],
): string[] {
  const pods = podsOf(objects).filter(({ labels }) => selects(monitor.spec.selector, labels));
  return unmet(nameOf(monitor), {
    'finds pods': pods.length > 0,
    'is the job that dashboards go by': pods.every(
      ({ labels }) => labels[monitor.spec.jobLabel ?? ''] === monitor.metadata?.name,
    ),
    'asks at ports that they have': (monitor.spec.podMetricsEndpoints ?? []).every(({ port }) =>
      pods.every(({ spec }) =>
        spec.containers.some(({ ports = [] }) => ports.some(({ name }) => name === port)),
      ),
    ),
  });
}
