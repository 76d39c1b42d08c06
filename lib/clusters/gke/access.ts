import type { Cluster } from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import type { KubeconfigFacts } from "../kubeconfig";
import { PRIVATE_RANGES } from "../privateRanges";

/**
 * Nodes are private always. The control plane has a private address, for the nodes in every mode; whoever else reaches
 * it, `apiAccess` says:
 *
 * - `private`: whatever has a route to the site's network. GKE lets nobody but the nodes' own subnet pass unless it is
 *   listed, so all private ranges are: the network is the fence, not a list of the networks that may be linked to it.
 * - `allowlist`: a public address besides, for the given ranges.
 * - `dns`: Google's front end besides, which asks IAM before anything reaches the control plane.
 */
export function access(site: SitePlan) {
  const mode = site.apiAccess?.mode;
  return {
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: mode !== "allowlist",
      masterIpv4CidrBlock: site.addresses.controlPlaneCidr,
      // What is linked to the site reaches it from any region.
      masterGlobalAccessConfig: { enabled: true },
    },
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { allowExternalTraffic: mode === "dns" },
      ipEndpointsConfig: { enabled: true },
    },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: admitted(site).map((cidrBlock) => ({ cidrBlock })),
      gcpPublicCidrsAccessEnabled: false,
    },
  };
}

function admitted({ apiAccess }: SitePlan): readonly string[] {
  switch (apiAccess?.mode) {
    case "allowlist":
      return apiAccess.cidrs ?? [];
    case "dns":
      return [];
    default:
      return PRIVATE_RANGES;
  }
}

/** The address that `up` and people use, by `apiAccess`. A public authority signs for the DNS endpoint. */
export function endpoint(site: SitePlan, cluster: Cluster): Pick<KubeconfigFacts, "server" | "certificateAuthority"> {
  // `masterAuth` also has a client key, which makes all of it secret; the authority is none.
  const certificateAuthority = pulumi.unsecret(cluster.masterAuth.clusterCaCertificate);
  switch (site.apiAccess?.mode) {
    case "dns": {
      const host = cluster.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint;
      return { server: pulumi.interpolate`https://${host}`, certificateAuthority: undefined };
    }
    case "allowlist":
      return { server: pulumi.interpolate`https://${cluster.endpoint}`, certificateAuthority };
    default: {
      const host = cluster.privateClusterConfig.privateEndpoint;
      return { server: pulumi.interpolate`https://${host}`, certificateAuthority };
    }
  }
}
