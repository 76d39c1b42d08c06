import type * as pulumi from "@pulumi/pulumi";

/** A certificate and its key, in PEM. The key is a secret. */
export interface LeafPair {
  readonly certificate: pulumi.Input<string>;
  readonly key: pulumi.Input<string>;
}

/**
 * What a site proves itself with in the mesh, signed outside of it. Cilium wants exact names:
 * `server` `clustermesh-apiserver.kube-system.svc`, `*.mesh.cilium.io`, loopback, and the planned addresses of the site's mesh API (Cilium 1.19 looks for peers by them); `admin` CN `admin-SITE`; `remote` CN
 * `remote-SITE`; `local` CN `local-SITE` (Cilium, "Setting up Cluster Mesh").
 */
export interface MeshCredentials {
  /** The mesh API's own. */
  readonly server: LeafPair;
  /** The mesh API's as the administrator of its store. */
  readonly admin: LeafPair;
  /** This site's towards its peers. */
  readonly remote: LeafPair;
  /** This site's agents' towards its own mesh API. */
  readonly local: LeafPair;
  /** The roots that the site trusts, in PEM: two while a root is exchanged. No intermediate. */
  readonly roots: pulumi.Input<string>;
}
