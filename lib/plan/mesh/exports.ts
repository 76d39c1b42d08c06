import type { CiliumMinor } from "../versions";
import { CLUSTERSET_DOMAIN } from "./corefile";

/** A Service in every site that has it, by its name. */
export interface SharedService {
  readonly name: string;
  /** @default "default" */
  readonly namespace?: string;
}

/** What the other sites see of an exported Service beside its ports. */
export interface ExportedMetadata {
  /** Labels of the ServiceImport in every site. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the ServiceImport in every site. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The API's version that each minor version of Cilium installs and reads. Source: its go.mod, sigs.k8s.io/mcs-api. */
const VERSIONS: Readonly<Record<CiliumMinor, string>> = { "1.19": "v1alpha1", "1.20": "v1beta1" };

/**
 * The object by which a site exports its Service. Cilium then makes a ServiceImport of it in every site that has the
 * namespace, with the backends of all that export it; nobody writes one by hand.
 */
export function serviceExport(
  { name, namespace = "default" }: SharedService,
  ciliumVersion: CiliumMinor,
  { labels, annotations }: ExportedMetadata = {},
) {
  const spec = {
    ...(labels && { exportedLabels: { ...labels } }),
    ...(annotations && { exportedAnnotations: { ...annotations } }),
  };
  return {
    apiVersion: `multicluster.x-k8s.io/${VERSIONS[ciliumVersion]}`,
    kind: "ServiceExport",
    metadata: { name, namespace },
    ...(Object.keys(spec).length > 0 && { spec }),
  };
}

/** What a route of the Gateway API names as its backend, for the pods of all sites (GEP-1748). */
export function serviceImport({ name, namespace }: SharedService) {
  return {
    group: "multicluster.x-k8s.io",
    kind: "ServiceImport",
    name,
    ...(namespace !== undefined && { namespace }),
  } as const;
}

/** The name of an exported Service in every site. */
export function clustersetName({ name, namespace = "default" }: SharedService): string {
  return `${name}.${namespace}.svc.${CLUSTERSET_DOMAIN}`;
}

/**
 * The name of one pod of a StatefulSet, in every site: `cart-0.frankfurt.cart.shop.svc.clusterset.local`. Its Service is
 * headless and exported. The API knows no name of all pods of one site (KEP-1645).
 * @param pod host name of the pod: the StatefulSet's name and the pod's number
 */
export function clustersetPodName(pod: string, site: string, service: SharedService): string {
  return `${pod}.${site}.${clustersetName(service)}`;
}

/** The members of a StatefulSet that runs in several sites, for stores that want to be told all of them. */
export function clustersetMembers(
  statefulSet: string,
  replicas: Readonly<Record<string, number>>,
  service: SharedService,
): string[] {
  return Object.entries(replicas).flatMap(([site, count]) =>
    Array.from({ length: count }, (_, index) => clustersetPodName(`${statefulSet}-${index}`, site, service)),
  );
}
