import type { ResourceState } from "../../rehearsal/engine";
import type { KubernetesObject } from "./kinds";
import { clear } from "./wire";

/** What a rehearsal says of the names of all sites in one of them. */
export interface RehearsedDns {
  /** Of the server that answers them, as Kubernetes takes them. */
  readonly objects: readonly KubernetesObject[];
  /** The whole configuration of the cluster's own DNS, where its cloud takes one. */
  readonly clusterCorefile: string | undefined;
}

/** @param resources those of one site */
export function rehearsedDns(resources: readonly ResourceState[]): RehearsedDns {
  const objects = resources.filter(({ urn }) => /::\w+-clusterset-dns-/.test(urn)).map(objectOf);
  const addon = resources.find(({ urn }) => /aws:eks\/addon:Addon::\w+-coredns$/.test(urn));
  const { configurationValues } = (clear(addon?.inputs) ?? {}) as { configurationValues?: string };
  const { corefile } = JSON.parse(configurationValues ?? "{}") as { corefile?: string };
  return { objects, clusterCorefile: corefile };
}

function objectOf({ type, inputs }: ResourceState): KubernetesObject {
  const [, group, version, kind] = /^kubernetes:(?:(.+)\/)?(\w+):(\w+)$/.exec(type) ?? [];
  const apiVersion = group === "core" || group === undefined ? version : `${group}/${version}`;
  const { metadata, ...rest } = clear(inputs) as { metadata: KubernetesObject["metadata"] };
  return { ...rest, apiVersion: apiVersion!, kind: kind!, metadata };
}
