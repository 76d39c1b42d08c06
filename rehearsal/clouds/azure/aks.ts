import { kubernetesVersion, neverOlder, nodesNotNewer, oneMinorAtATime, versionOf } from "../kubernetesVersions";
import type { Model } from "../model";
import {
  all,
  anyCidr,
  ascending,
  atMostOne,
  between,
  cidr,
  forbids,
  has,
  matches,
  oneOf,
  region,
  requires,
  zone,
} from "../rules";
import { digits, guid } from "../sdk/madeUp";
import { at, select, text } from "../wire";
import {
  oneVnet,
  poolNameFree,
  poolProblem,
  rangesApart,
  serviceAddresses,
  subnetInRegion,
  systemPool,
  zonesOfCluster,
} from "./aksRules";
import { AKS_CLUSTER, IDENTITY, inGroup, inside, pathId, SUBNET } from "./names";

const CONTAINERS = "Microsoft.ContainerService";
/** The output with the version that a control plane runs. */
const RUNS = "currentKubernetesVersion";
const VERSION = kubernetesVersion(/^(\.\d+)?$/);
const TAINT = matches(
  /^[\w./-]+(=[\w.-]*)?:(NoSchedule|NoExecute|PreferNoSchedule)$/,
  'such as "key=value:NoSchedule"',
);
const poolName = matches(/^[a-z][a-z0-9]{0,11}$/, "1 to 12 lower-case letters and digits that begin with a letter");
const zones = zone("azure");

/** What a pool may say, wherever it lies. */
const poolValues = (at: string) => ({
  [`${at}mode`]: oneOf("System", "User", "Gateway"),
  [`${at}osType`]: oneOf("Linux", "Windows"),
  [`${at}osDiskType`]: oneOf("Managed", "Ephemeral"),
  [`${at}type`]: oneOf("VirtualMachineScaleSets", "AvailabilitySet", "VirtualMachines"),
  [`${at}scaleSetPriority`]: oneOf("Regular", "Spot"),
  [`${at}count`]: between(0, 1000, "nodes"),
  [`${at}minCount`]: between(0, 1000, "nodes"),
  [`${at}maxCount`]: between(1, 1000, "nodes"),
  [`${at}maxPods`]: between(10, 250, "pods"),
  [`${at}osDiskSizeGB`]: between(0, 2048, "GB"),
  [`${at}availabilityZones[*]`]: zones,
  [`${at}orchestratorVersion`]: VERSION,
  [`${at}nodeTaints[*]`]: TAINT,
  [`${at}upgradeSettings.maxSurge`]: matches(
    /^(\d{1,3}|([1-9]\d?|100)%)$/,
    'a number of nodes or a share such as "33%"',
  ),
  [`${at}upgradeSettings.maxUnavailable`]: matches(
    /^(\d{1,3}|\d{1,2}%|100%)$/,
    'a number of nodes or a share such as "10%"',
  ),
});

const FIXED = "make a pool of another name, move the workloads, and delete this one";
const REMAKE = "AKS cannot change it on a cluster that exists; make another cluster";

/** AKS. Source: the Azure Kubernetes Service REST API, 2025-09-01, and its documentation of limits. */
export const aksModels: { readonly [type: string]: Model } = {
  [AKS_CLUSTER]: {
    id: pathId(CONTAINERS, "managedClusters", "resourceName"),
    name: {
      property: "resourceName",
      rule: matches(
        /^[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?$/,
        "1 to 63 letters, digits, _ and - that begin and end with a letter or digit",
      ),
      maxLength: 63,
    },
    unique: [],
    immutable: ["dnsPrefix", "fqdnSubdomain", "nodeResourceGroup", "diskEncryptionSetID", "linuxProfile"],
    frozen: {
      "networkProfile.serviceCidr": REMAKE,
      "networkProfile.dnsServiceIP": REMAKE,
      "networkProfile.podCidr": REMAKE,
      "apiServerAccessProfile.enablePrivateCluster": REMAKE,
    },
    values: {
      location: region("azure"),
      kubernetesVersion: VERSION,
      dnsPrefix: matches(
        /^[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?$/,
        "1 to 54 letters, digits and hyphens that begin and end with a letter or digit",
      ),
      "sku.name": oneOf("Base", "Automatic"),
      "sku.tier": oneOf("Free", "Standard", "Premium"),
      "networkProfile.networkPlugin": oneOf("azure", "kubenet", "none"),
      "networkProfile.networkPluginMode": oneOf("overlay"),
      "networkProfile.networkPolicy": oneOf("azure", "calico", "cilium", "none"),
      "networkProfile.networkDataplane": oneOf("azure", "cilium"),
      "networkProfile.loadBalancerSku": oneOf("standard", "basic"),
      "networkProfile.outboundType": oneOf(
        "loadBalancer",
        "userDefinedRouting",
        "managedNATGateway",
        "userAssignedNATGateway",
        "none",
        "block",
      ),
      "networkProfile.podCidr": cidr(8, 28),
      "networkProfile.serviceCidr": cidr(12, 28),
      "apiServerAccessProfile.authorizedIPRanges[*]": anyCidr,
      "autoUpgradeProfile.upgradeChannel": oneOf("none", "patch", "stable", "rapid", "node-image"),
      "autoUpgradeProfile.nodeOSUpgradeChannel": oneOf("None", "Unmanaged", "NodeImage", "SecurityPatch"),
      "aadProfile.tenantID": all(matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a GUID")),
      "aadProfile.adminGroupObjectIDs[*]": matches(
        /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
        "the object id of a group, a GUID",
      ),
      "agentPoolProfiles[*].name": poolName,
      ...poolValues("agentPoolProfiles[*]."),
    },
    rules: [
      systemPool,
      serviceAddresses,
      atMostOne("dnsPrefix", "fqdnSubdomain"),
      forbids(
        "networkProfile.networkPolicy",
        ({ inputs }) =>
          text(inputs, "networkProfile.networkPlugin") === "none" &&
          text(inputs, "networkProfile.networkPolicy") !== "none",
        "when networkPlugin is none: the CNI that you bring enforces policies",
      ),
      forbids(
        "networkProfile.networkPluginMode",
        ({ inputs }) => /^(none|kubenet)$/.test(text(inputs, "networkProfile.networkPlugin") ?? ""),
        "unless networkPlugin is azure",
      ),
      forbids(
        "apiServerAccessProfile.authorizedIPRanges",
        ({ inputs }) =>
          at(inputs, "apiServerAccessProfile.enablePrivateCluster") === true &&
          select(inputs, "apiServerAccessProfile.authorizedIPRanges[*]").length > 0,
        "for a private cluster",
      ),
      requires(
        "aadProfile",
        ({ inputs }) => at(inputs, "disableLocalAccounts") === true,
        "when disableLocalAccounts is true: nobody could sign in",
      ),
      requires(
        "oidcIssuerProfile.enabled",
        ({ inputs }) => at(inputs, "securityProfile.workloadIdentity.enabled") === true,
        "when workload identity is on",
      ),
      requires("identity", ({ inputs }) => !has(inputs, "servicePrincipalProfile"), "or servicePrincipalProfile"),
      forbids(
        "networkProfile.loadBalancerProfile",
        ({ inputs }) => text(inputs, "networkProfile.outboundType") === "userAssignedNATGateway",
        "when outboundType is userAssignedNATGateway",
      ),
    ],
    refers: {
      ...inGroup,
      "agentPoolProfiles[*].vnetSubnetID": { to: [SUBNET], holds: true },
      "identity.userAssignedIdentities[*]": { to: [IDENTITY] },
      "apiServerAccessProfile.subnetId": { to: [SUBNET], holds: true },
    },
    world: [
      rangesApart,
      subnetInRegion,
      oneMinorAtATime("kubernetesVersion", RUNS),
      neverOlder("kubernetesVersion", RUNS),
    ],
    outputs: (it) => {
      const prefix = text(it.inputs, "dnsPrefix") ?? text(it.inputs, "fqdnSubdomain") ?? "aks";
      const isPrivate = at(it.inputs, "apiServerAccessProfile.enablePrivateCluster") === true;
      const host = `${prefix}-${it.hex(8)}`;
      const name = text(it.inputs, "resourceName") ?? "";
      const real = it.world.realClusters({ kind: "aks", name, region: it.region })?.address;
      const version = versionOf(it, "kubernetesVersion", "kubernetesVersion");
      return {
        type: "Microsoft.ContainerService/ManagedClusters",
        fqdn: real ?? `${host}.hcp.${it.region}.azmk8s.io`,
        privateFQDN: isPrivate ? (real ?? `${host}.${guid(it.id, "zone")}.privatelink.${it.region}.azmk8s.io`) : "",
        azurePortalFQDN: `${host}.portal.hcp.${it.region}.azmk8s.io`,
        currentKubernetesVersion: version.split(".").length === 2 ? `${version}.1` : version,
        kubernetesVersion: version,
        maxAgentPools: 100,
        powerState: { code: "Running" },
        resourceUID: digits(24, it.id),
        nodeResourceGroup: `MC_${text(it.inputs, "resourceGroupName")}_${text(it.inputs, "resourceName")}_${it.region}`,
        identityProfile: {
          kubeletidentity: {
            clientId: guid(it.id, "kubelet"),
            objectId: guid(it.id, "kubelet object"),
            resourceId: `${it.id}/kubelet`,
          },
        },
        oidcIssuerProfile: {
          issuerURL: `https://${it.region}.oic.prod-aks.azure.com/${it.account.facts.tenant}/${guid(it.id, "oidc")}/`,
        },
      };
    },
  },
  "azure-native:containerservice:AgentPool": {
    id: pathId(CONTAINERS, "managedClusters", "resourceName", "agentPools", "agentPoolName"),
    name: { property: "agentPoolName", rule: poolName, maxLength: 12 },
    unique: [],
    frozen: Object.fromEntries(
      [
        "vmSize",
        "availabilityZones",
        "maxPods",
        "osDiskSizeGB",
        "osDiskType",
        "osType",
        "vnetSubnetID",
        "scaleSetPriority",
        "enableEncryptionAtHost",
        "enableNodePublicIP",
        "enableFIPS",
      ].map((path) => [path, FIXED]),
    ),
    values: poolValues(""),
    rules: [({ inputs }) => poolProblem(inputs), ascending("minCount", "maxCount")],
    refers: {
      ...inGroup,
      ...inside("resourceName", AKS_CLUSTER, CONTAINERS, "managedClusters"),
      vnetSubnetID: { to: [SUBNET], holds: true },
    },
    world: [poolNameFree, zonesOfCluster, oneVnet, nodesNotNewer("orchestratorVersion", "resourceName", RUNS)],
    outputs: (it) => ({
      type: "VirtualMachineScaleSets",
      currentOrchestratorVersion: text(it.target("resourceName")?.outputs, "currentKubernetesVersion"),
      nodeImageVersion: "AKSUbuntu-2204gen2containerd-202611.01.0",
    }),
  },
};
