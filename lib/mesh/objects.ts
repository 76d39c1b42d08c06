import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { type MeshPlan, meshOf, PEER_OBJECT_NAMES, type PeerObjects } from "../plan/mesh";
import { MESH_NAMESPACE } from "../plan/mesh/peers";
import { CILIUM_BUNDLE, LEAF_SECRETS } from "../plan/trust/objects";
import type { LeafPair, MeshCredentials } from "./credentials";

/** The Secrets that the chart mounts, each with one certificate. */
const LEAVES = {
  server: LEAF_SECRETS.meshServer.name,
  admin: LEAF_SECRETS.meshAdmin.name,
  remote: LEAF_SECRETS.meshRemote.name,
  local: LEAF_SECRETS.meshLocal.name,
} as const;

/** What a site must have before its Cilium can be in a mesh. */
export interface MeshObjects {
  readonly credentials: readonly pulumi.Resource[];
  /** Tells who may read the site's mesh API: its peers. */
  readonly peerAccess: pulumi.Resource;
}

/** The objects of a site before its Cilium; undefined where the mesh has none. Whom it follows is in `followedPeers`. */
export function meshObjects(
  site: string,
  mesh: MeshPlan,
  credentials: MeshCredentials | undefined,
  options: pulumi.CustomResourceOptions,
): MeshObjects | undefined {
  const peers = meshOf(mesh).objects(mesh, site);
  if (peers === undefined || credentials === undefined) return undefined;
  const { remoteUsers } = PEER_OBJECT_NAMES;
  const peerAccess = new ConfigMap(
    `${site}-${remoteUsers}`,
    { metadata: metadata(remoteUsers), data: { ...peers.remoteUsers } },
    options,
  );
  return { credentials: credentialResources(site, credentials, options), peerAccess };
}

/** Parts of the peer objects that tell a site whom to follow: its mesh API, and then its agents. */
export type FollowedPart = "kvstoreMesh" | "clusterMesh";

/**
 * Whom a part of a site follows: one Secret, whatever the number of sites.
 *
 * `data`, not `stringData`: a key that leaves `stringData` stays in the cluster
 * (https://github.com/kubernetes/kubernetes/issues/70281), and a site that left must be gone.
 */
export function followedPeers(
  site: string,
  part: FollowedPart,
  peers: PeerObjects,
  options: pulumi.CustomResourceOptions,
): Secret {
  const name = PEER_OBJECT_NAMES[part];
  return new Secret(`${site}-${name}`, { metadata: metadata(name), data: encoded(peers[part]) }, options);
}

/** What a site proves itself with, and the roots that it trusts. No key of an authority is among them. */
function credentialResources(
  site: string,
  credentials: MeshCredentials,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const leaves = Object.entries(LEAVES).map(([part, name]) =>
    leafSecret(`${site}-${name}`, name, credentials[part as keyof typeof LEAVES], credentials.roots, options),
  );
  const bundle = new ConfigMap(
    `${site}-${CILIUM_BUNDLE.name}`,
    { metadata: metadata(CILIUM_BUNDLE.name), data: { [CILIUM_BUNDLE.key]: credentials.roots } },
    options,
  );
  return [...leaves, bundle];
}

function leafSecret(
  name: string,
  object: string,
  { certificate, key }: LeafPair,
  roots: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): Secret {
  const data = {
    "tls.crt": base64(certificate),
    "tls.key": pulumi.secret(base64(key)),
    "ca.crt": base64(roots),
  };
  return new Secret(name, { metadata: metadata(object), type: "kubernetes.io/tls", data }, options);
}

function base64(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((plain) => Buffer.from(plain).toString("base64"));
}

function encoded(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]));
}

function metadata(name: string) {
  return { name, namespace: MESH_NAMESPACE };
}
