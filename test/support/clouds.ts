import * as pulumi from "@pulumi/pulumi";
import type { FleetSpec } from "../../lib";
import { existing, Fleet, type FleetArgs } from "../../lib";
import { eks } from "../../lib/aws";
import { aks } from "../../lib/azure";
import { gke } from "../../lib/gcp";
import { type Graph, once, type RecordOptions, record } from "./graph";

/** A certificate authority as clouds hand it out: PEM in base64. */
export const AUTHORITY = "Y2E=";

const AKS_KUBECONFIG = Buffer.from(
  JSON.stringify({ clusters: [{ cluster: { "certificate-authority-data": AUTHORITY } }] }),
).toString("base64");

/** Outputs that the builders of GKE and AKS read, as far as they are not inputs. */
const OUTPUTS: Readonly<Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>> = {
  "gcp:container/cluster:Cluster": ({ name, minMasterVersion, privateClusterConfig, controlPlaneEndpointsConfig }) => ({
    endpoint: "34.1.2.3",
    masterVersion: `${minMasterVersion}.3-gke.100`,
    privateClusterConfig: { ...(privateClusterConfig as object), privateEndpoint: "10.9.8.2" },
    controlPlaneEndpointsConfig: {
      ...(controlPlaneEndpointsConfig as object),
      dnsEndpointConfig: { endpoint: `gke-${name}.europe-west1.gke.goog` },
    },
    masterAuth: {
      clusterCaCertificate: AUTHORITY, // As the provider marks it, which makes all of `masterAuth` secret.
      clientKey: pulumi.secret("hush: a client's key"),
    },
  }),
  "aws:route53/zone:Zone": ({ name }) => ({ zoneId: "Z0123456789", nameServers: [`ns-1.${name}`, `ns-2.${name}`] }),
  "gcp:dns/managedZone:ManagedZone": () => ({ nameServers: ["ns-cloud-a1.googledomains.com."] }),
  "aws:eks/nodeGroup:NodeGroup": () => ({ resources: [{ autoscalingGroups: [{ name: "group-of-nodes" }] }] }),
  "gcp:serviceaccount/account:Account": ({ accountId }) => ({
    email: `${accountId}@shop-production.iam.gserviceaccount.com`,
  }),
  "azure-native:containerservice:ManagedCluster": ({ resourceName }) => ({
    name: resourceName,
    fqdn: `${resourceName}-1a2b.hcp.westeurope.azmk8s.io`,
  }),
  "gcp:compute/haVpnGateway:HaVpnGateway": () => ({
    vpnInterfaces: [{ ipAddress: "35.0.0.1" }, { ipAddress: "35.0.0.2" }],
  }),
  "azure-native:network:VpnGateway": () => ({ ipConfigurations: [] }),
  "azure-native:keyvault:Key": () => ({ keyUriWithVersion: "https://vault.vault.azure.net/keys/secrets/1" }),
  "azure-native:managedidentity:UserAssignedIdentity": () => ({ principalId: "99999999-0000-0000-0000-000000000000" }),
};

/** Types of Azure whose `name` is an output alone, made up from the logical name. */
const NAMED = ["resources:ResourceGroup", "network:VirtualNetwork", "keyvault:Vault"].map(
  (one) => `azure-native:${one}`,
);

const CALLS: Readonly<Record<string, () => Record<string, unknown>>> = {
  "gcp:organizations/getProject:getProject": () => ({ number: "123456789" }),
  "azure-native:containerservice:listManagedClusterUserCredentials": () => ({
    kubeconfigs: pulumi.secret([{ name: "clusterUser", value: AKS_KUBECONFIG }]),
  }),
};

/** The graph of a fleet on all clouds. */
export function recordFleet(
  spec: FleetSpec,
  options: Pick<RecordOptions, "preview"> = {},
  more?: Partial<FleetArgs>,
): Promise<Graph> {
  const make = () =>
    record(() => void new Fleet("shop", { spec, kinds: [eks, gke, aks, existing], ...more }), {
      outputs: (type, inputs) => ({
        ...(NAMED.includes(type) && { name: `name-of-${type.split(":")[2]}` }),
        ...OUTPUTS[type]?.(inputs),
      }),
      calls: (token) => CALLS[token]?.() ?? {},
      ...options,
    });
  // What is given beside a spec may be an Output.
  return more === undefined ? once([spec, options.preview ?? false], make) : make();
}
