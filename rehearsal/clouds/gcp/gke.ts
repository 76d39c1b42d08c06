import { isOlder, oneMinorAtATime, versionBefore, versionOf } from "../kubernetesVersions";
import type { Making, Model } from "../model";
import { authorityData } from "../realClusters";
import { zonesOf } from "../regions";
import { anyCidr, atMostOne, between, cidr, cidrsAt, matches, oneOf, requires } from "../rules";
import { at, select, text } from "../wire";
import { gkePoolModels } from "./gkePools";
import {
  controlPlaneApart,
  keyInRegion,
  nodesOf,
  podRoom,
  rangeNamed,
  secondaryRanges,
  subnetworkFits,
} from "./gkeRules";
import { clusterName, inRegion, location, MASTER_VERSION, nodeAccount, nodeValues } from "./gkeValues";
import { CRYPTO_KEY, GKE_CLUSTER, idIn, NETWORK, SUBNETWORK } from "./names";

/** Clusters of GKE. Sources: the Kubernetes Engine API reference, and `ForceNew` in terraform-provider-google 7. */
export const gkeModels: { readonly [type: string]: Model } = {
  [GKE_CLUSTER]: {
    id: idIn((it) => `locations/${text(it.inputs, "location") ?? it.region}/clusters`),
    name: clusterName,
    unique: [],
    immutable: [
      "network",
      "subnetwork",
      "networkingMode",
      "clusterIpv4Cidr",
      "description",
      "enableKubernetesAlpha",
      "enableTpu",
      "enableAutopilot",
      "initialNodeCount",
      "ipAllocationPolicy",
      "datapathProvider",
      "defaultMaxPodsPerNode",
      "nodeConfig",
      "confidentialNodes",
      "privateClusterConfig.masterIpv4CidrBlock",
      "privateClusterConfig.privateEndpointSubnetwork",
      "masterAuth.clientCertificateConfig",
    ],
    mutable: [
      "ipAllocationPolicy.stackType",
      "ipAllocationPolicy.additionalPodRangesConfig",
      "nodeConfig.labels",
      "nodeConfig.tags",
      "nodeConfig.resourceLabels",
    ],
    values: {
      location,
      "nodeLocations[*]": inRegion,
      minMasterVersion: MASTER_VERSION,
      defaultMaxPodsPerNode: between(8, 256, "pods"),
      "releaseChannel.channel": oneOf("UNSPECIFIED", "RAPID", "REGULAR", "STABLE", "EXTENDED"),
      datapathProvider: oneOf("LEGACY_DATAPATH", "ADVANCED_DATAPATH", "DATAPATH_PROVIDER_UNSPECIFIED"),
      networkingMode: oneOf("VPC_NATIVE", "ROUTES"),
      "privateClusterConfig.masterIpv4CidrBlock": cidr(28, 28),
      "masterAuthorizedNetworksConfig.cidrBlocks[*].cidrBlock": anyCidr,
      "databaseEncryption.state": oneOf("ENCRYPTED", "DECRYPTED", "ALL_OBJECTS_ENCRYPTION_ENABLED"),
      "anonymousAuthenticationConfig.mode": oneOf("ENABLED", "LIMITED"),
      "securityPostureConfig.mode": oneOf("DISABLED", "BASIC", "ENTERPRISE"),
      "workloadIdentityConfig.workloadPool": matches(/^[a-z][a-z0-9.:-]+\.svc\.id\.goog$/, "<project>.svc.id.goog"),
      "loggingConfig.enableComponents[*]": oneOf(
        "SYSTEM_COMPONENTS",
        "APISERVER",
        "CONTROLLER_MANAGER",
        "SCHEDULER",
        "WORKLOADS",
        "KCP_CONNECTION",
        "KCP_SSHD",
        "KCP_HPA",
      ),
      ...nodeValues,
    },
    rules: [
      requires("location", ({ region }) => region === undefined, "or a region in the provider"),
      ({ inputs }) => {
        const hasPool =
          at(inputs, "enableAutopilot") === true ||
          select(inputs, "nodePools[*]").length > 0 ||
          Number(at(inputs, "initialNodeCount") ?? 0) > 0;
        return hasPool || Object.hasOwn(inputs, "initialNodeCount")
          ? undefined
          : {
              property: "initialNodeCount",
              reason: "must be 1 or more: GKE makes no cluster without a first node pool",
            };
      },
      atMostOne("ipAllocationPolicy.clusterSecondaryRangeName", "ipAllocationPolicy.clusterIpv4CidrBlock"),
      atMostOne("ipAllocationPolicy.servicesSecondaryRangeName", "ipAllocationPolicy.servicesIpv4CidrBlock"),
      ({ inputs }) =>
        text(inputs, "datapathProvider") === "ADVANCED_DATAPATH" && at(inputs, "networkPolicy.enabled") === true
          ? {
              property: "networkPolicy.enabled",
              reason: "must be false with ADVANCED_DATAPATH, which enforces network policies itself",
            }
          : undefined,
    ],
    refers: {
      network: { to: [NETWORK], holds: true, given: true, unless: /(^|\/)default$/ },
      subnetwork: { to: [SUBNETWORK], holds: true, given: true, unless: /(^|\/)default$/ },
      "databaseEncryption.keyName": { to: [CRYPTO_KEY] },
      "nodeConfig.serviceAccount": nodeAccount,
    },
    world: [
      subnetworkFits,
      secondaryRanges,
      controlPlaneApart,
      keyInRegion,
      oneMinorAtATime("minMasterVersion", "masterVersion"),
      (it) => podRoom(it, it.target("subnetwork"), it.inputs, nodesOf(it.inputs, it.region)),
    ],
    undeletable: ({ inputs }) =>
      at(inputs, "deletionProtection") === false
        ? undefined
        : "deletionProtection is on (the default); set it to false, update, and then delete",
    handles: ["selfLink", "name"],
    outputs: (it) => {
      const masterVersion = masterVersionOf(it);
      const zones = zonesOf("gcp", it.region) ?? [];
      const real = it.world.realClusters({ kind: "gke", name: text(it.inputs, "name") ?? "", region: it.region });
      const endpoint =
        real?.address ?? `34.${Number.parseInt(it.hex(2, "e1"), 16)}.${Number.parseInt(it.hex(2, "e2"), 16)}.10`;
      const masterRange = cidrsAt(it.inputs, "privateClusterConfig.masterIpv4CidrBlock")[0];
      const privateEndpoint =
        real?.address ??
        text(it.inputs, "privateClusterConfig.masterIpv4CidrBlock")?.replace(
          /\.\d+\/28$/,
          `.${((masterRange?.start ?? 0) % 256) + 2}`,
        ) ??
        "172.16.0.2";
      const ca = authorityData(real, it.hex(64, "ca"));
      const services = rangeNamed(it, "ipAllocationPolicy.servicesSecondaryRangeName");
      const pods = rangeNamed(it, "ipAllocationPolicy.clusterSecondaryRangeName");
      return {
        endpoint,
        masterVersion,
        nodeVersion: masterVersion,
        servicesIpv4Cidr: services ?? "34.118.224.0/20",
        clusterIpv4Cidr: pods ?? "10.4.0.0/14",
        // Google answers ranges that were given by name with their addresses.
        ipAllocationPolicy: {
          ...(pods !== undefined && { clusterIpv4CidrBlock: pods }),
          ...(services !== undefined && { servicesIpv4CidrBlock: services }),
        },
        privateClusterConfig: { privateEndpoint, publicEndpoint: endpoint, peeringName: "" },
        masterAuth: { clusterCaCertificate: ca, clientCertificate: "", clientKey: "" },
        controlPlaneEndpointsConfig: {
          dnsEndpointConfig: {
            endpoint: real?.address ?? `gke-${it.hex(32)}-${it.account.facts.projectNumber}.${it.region}.gke.goog`,
            allowExternalTraffic: false,
          },
          ipEndpointsConfig: { enabled: true },
        },
        location: text(it.inputs, "location") ?? it.region,
        nodeLocations: zones.slice(0, 3),
        networkingMode: "VPC_NATIVE",
        deletionProtection: true,
        defaultMaxPodsPerNode: 110,
        labelFingerprint: it.hex(8),
      };
    },
  },
  ...gkePoolModels,
};

/** A least version that is older than what runs changes nothing, as in the provider. */
function masterVersionOf(it: Making): string {
  const [was, least] = [versionBefore(it, "masterVersion"), versionOf(it, "minMasterVersion", "masterVersion")];
  return was !== undefined && isOlder(least, was) ? was : least;
}
