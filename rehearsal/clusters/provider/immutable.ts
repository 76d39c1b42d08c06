import { isObject } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { isPatch, type KubeObject } from "./objects";
import type { Settings } from "./settings";

const CONTAINER =
  `args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin stdinOnce
  terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`.split(/\s+/);
const POD =
  `affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname
  imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates restartPolicy
  runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain
  terminationGracePeriodSeconds volumes`.split(/\s+/);
const VOLUME =
  `awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath iscsi local
  nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume`.split(/\s+/);

const SELECTOR = ["spec.selector"];

/**
 * Fields whose change makes the real provider replace an object, by API version and kind. Others that are immutable the API
 * server refuses to change, here as there. Source: `forceNewProperties` in pulumi-kubernetes provider/pkg/provider/diff.go,
 * read 2026-11-27.
 */
const REPLACING: { readonly [kind: string]: readonly string[] } = {
  "apps/v1/DaemonSet": SELECTOR,
  "apps/v1/Deployment": SELECTOR,
  "apps/v1/StatefulSet": [
    ...SELECTOR,
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/v1/Job": [...SELECTOR, "spec.completions", "spec.parallelism", "spec.template"],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/v1/RoleBinding": ["roleRef"],
  "storage.k8s.io/v1/StorageClass": ["parameters", "provisioner"],
  "v1/PersistentVolume": VOLUME.map((name) => `spec.${name}`),
  "v1/PersistentVolumeClaim": [...SELECTOR, "spec.accessModes", "spec.storageClassName", "spec.volumeName"],
  "v1/Pod": [
    ...POD.map((name) => `spec.${name}`),
    ...["containers", "initContainers"].flatMap((list) => CONTAINER.map((name) => `spec.${list}[*].${name}`)),
  ],
  "v1/ResourceQuota": ["spec.scopes"],
  "v1/Secret": ["type"],
  "v1/Service": ["spec.clusterIP"],
};

/** The fields whose change replaces this object. */
export function replacingFields(token: string, object: KubeObject, settings: Settings): string[] {
  const identity = ["metadata.name", "metadata.namespace"];
  if (isPatch(token, object)) return identity;
  const kind = `${object.apiVersion}/${object.kind}`;
  const isFixed = object.immutable === true;
  if (kind === "v1/Secret" && (!settings.isSecretMutable || isFixed))
    return [...identity, "type", "stringData", "data"];
  if (kind === "v1/ConfigMap" && (!settings.isConfigMapMutable || isFixed)) return [...identity, "binaryData", "data"];
  return [...identity, ...(REPLACING[kind] ?? [])];
}

/** A place in an object: names of fields and numbers of items. */
export type Place = readonly (string | number)[];

/** True when a change of this place to this value touches the field: it is the field, lies in it, or holds it. */
export function touches(field: string, place: Place, value: unknown): boolean {
  const steps = field.split(/\.|(?=\[\*\])/);
  const at = (current: unknown, [step, ...rest]: string[]): boolean => {
    if (step === undefined) return true;
    if (step === "[*]") return Array.isArray(current) && current.some((item) => at(item, rest));
    return isObject(current) && Object.hasOwn(current, step) && at(current[step], rest);
  };
  const whole = [...place]
    .reverse()
    .reduce<unknown>(
      (inner, step) => (typeof step === "number" ? [inner] : ({ [step]: inner } satisfies Properties)),
      value,
    );
  return at(whole, steps);
}
