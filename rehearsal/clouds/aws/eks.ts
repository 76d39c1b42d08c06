import { kubernetesVersion, nodesNotNewer, oneMinorAtATime } from "../kubernetesVersions";
import type { Model } from "../model";
import { all, anyCidr, ascending, atMostOne, between, cidr, forbids, has, json, matches, oneOf } from "../rules";
import { at, text } from "../wire";
import {
  ACCESS_ENTRY,
  arn,
  EKS_CLUSTER,
  KEY,
  LAUNCH_TEMPLATE,
  NODE_GROUP,
  ROLE,
  SECURITY_GROUPS,
  SUBNET,
} from "./arns";
import {
  acceptsEntries,
  clusterOutputs,
  knownTemplateVersion,
  oneInstanceType,
  oneVpc,
  privateRange,
  rollback,
  twoZones,
} from "./eksRules";

const inCluster = { clusterName: { to: [EKS_CLUSTER] } } as const;
const NAME = matches(
  /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/,
  "1 to 100 letters, digits, hyphens and underscores, the first a letter or digit",
);
const CONFLICTS = ["NONE", "OVERWRITE", "PRESERVE"];
const AMI_TYPES = [
  "AL2_x86_64",
  "AL2_x86_64_GPU",
  "AL2_ARM_64",
  "CUSTOM",
  "AL2023_x86_64_STANDARD",
  "AL2023_ARM_64_STANDARD",
  "AL2023_x86_64_NEURON",
  "AL2023_x86_64_NVIDIA",
  "AL2023_ARM_64_NVIDIA",
  "BOTTLEROCKET_ARM_64",
  "BOTTLEROCKET_x86_64",
  "BOTTLEROCKET_ARM_64_FIPS",
  "BOTTLEROCKET_x86_64_FIPS",
  "BOTTLEROCKET_ARM_64_NVIDIA",
  "BOTTLEROCKET_x86_64_NVIDIA",
  "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
  "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
  "WINDOWS_CORE_2019_x86_64",
  "WINDOWS_FULL_2019_x86_64",
  "WINDOWS_CORE_2022_x86_64",
  "WINDOWS_FULL_2022_x86_64",
  "WINDOWS_CORE_2025_x86_64",
  "WINDOWS_FULL_2025_x86_64",
];

/** Clusters of EKS and what lies in them. Sources: the EKS API reference, and `ForceNew` in terraform-provider-aws 6. */
export const eksModels: { readonly [type: string]: Model } = {
  [EKS_CLUSTER]: {
    id: ({ inputs }) => text(inputs, "name") ?? "",
    name: { property: "name", rule: NAME, maxLength: 100 },
    immutable: [
      "name",
      "roleArn",
      "bootstrapSelfManagedAddons",
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "encryptionConfig",
      "kubernetesNetworkConfig.ipFamily",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
      "outpostConfig",
    ],
    values: {
      version: kubernetesVersion(),
      "enabledClusterLogTypes[*]": oneOf("api", "audit", "authenticator", "controllerManager", "scheduler"),
      "accessConfig.authenticationMode": oneOf("API", "API_AND_CONFIG_MAP", "CONFIG_MAP"),
      "upgradePolicy.supportType": oneOf("STANDARD", "EXTENDED"),
      "kubernetesNetworkConfig.ipFamily": oneOf("ipv4", "ipv6"),
      "kubernetesNetworkConfig.serviceIpv4Cidr": all(cidr(12, 24), privateRange),
      "vpcConfig.publicAccessCidrs[*]": anyCidr,
      "encryptionConfig.resources[*]": oneOf("secrets"),
    },
    rules: [
      forbids(
        "vpcConfig.publicAccessCidrs",
        ({ inputs }) => at(inputs, "vpcConfig.endpointPublicAccess") === false,
        "while endpointPublicAccess is false",
      ),
      ({ inputs }) => {
        const [isPublic, isPrivate] = [
          at(inputs, "vpcConfig.endpointPublicAccess") ?? true,
          at(inputs, "vpcConfig.endpointPrivateAccess") ?? false,
        ];
        return isPublic || isPrivate
          ? undefined
          : {
              property: "vpcConfig.endpointPrivateAccess",
              reason: "must be true when endpointPublicAccess is false: the cluster needs an endpoint",
            };
      },
    ],
    refers: {
      roleArn: { to: [ROLE] },
      "vpcConfig.subnetIds[*]": { to: [SUBNET], holds: true },
      "vpcConfig.securityGroupIds[*]": { to: SECURITY_GROUPS, holds: true },
      "encryptionConfig.provider.keyArn": { to: [KEY] },
    },
    world: [twoZones, oneVpc("vpcConfig.subnetIds[*]"), oneMinorAtATime("version", "version"), rollback],
    undeletable: ({ inputs }) =>
      at(inputs, "deletionProtection") === true
        ? "deletionProtection is on; set it to false, update, and then delete"
        : undefined,
    handles: ["arn", "vpcConfig.clusterSecurityGroupId"],
    outputs: clusterOutputs,
  },
  [NODE_GROUP]: {
    id: ({ inputs }) => `${text(inputs, "clusterName")}:${text(inputs, "nodeGroupName")}`,
    name: {
      property: "nodeGroupName",
      rule: matches(/^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$/, "1 to 63 letters, digits, hyphens and underscores"),
      maxLength: 63,
    },
    unique: [["clusterName", "nodeGroupName"]],
    immutable: [
      "amiType",
      "capacityType",
      "clusterName",
      "diskSize",
      "instanceTypes",
      "nodeGroupName",
      "nodeGroupNamePrefix",
      "nodeRoleArn",
      "subnetIds",
      "remoteAccess",
      "launchTemplate.id",
      "launchTemplate.name",
    ],
    values: {
      amiType: oneOf(...AMI_TYPES),
      capacityType: oneOf("ON_DEMAND", "SPOT", "CAPACITY_BLOCK"),
      version: kubernetesVersion(),
      "scalingConfig.minSize": between(0, 100_000, "nodes"),
      "scalingConfig.maxSize": between(1, 100_000, "nodes"),
      "scalingConfig.desiredSize": between(0, 100_000, "nodes"),
      "taints[*].effect": oneOf("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"),
      "updateConfig.maxUnavailable": between(1, 100, "nodes"),
      "updateConfig.maxUnavailablePercentage": between(1, 100, "percent"),
      "updateConfig.updateStrategy": oneOf("DEFAULT", "MINIMAL"),
      diskSize: between(1, 16384, "GiB"),
    },
    rules: [
      ascending("scalingConfig.minSize", "scalingConfig.desiredSize", "scalingConfig.maxSize"),
      atMostOne("launchTemplate", "diskSize"),
      atMostOne("launchTemplate", "remoteAccess"),
      atMostOne("launchTemplate.id", "launchTemplate.name"),
      atMostOne("updateConfig.maxUnavailable", "updateConfig.maxUnavailablePercentage"),
    ],
    refers: {
      clusterName: { to: [EKS_CLUSTER], holds: true },
      nodeRoleArn: { to: [ROLE] },
      "subnetIds[*]": { to: [SUBNET], holds: true },
      "launchTemplate.id": { to: [LAUNCH_TEMPLATE] },
    },
    world: [
      oneVpc("subnetIds[*]", "clusterName"),
      oneInstanceType,
      knownTemplateVersion,
      nodesNotNewer("version", "clusterName", "version"),
    ],
    handles: ["arn", "resources[*].autoscalingGroups[*].name"],
    outputs: (it) => {
      const [cluster, name] = [text(it.inputs, "clusterName"), text(it.inputs, "nodeGroupName")];
      const uuid = it.hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
      const version = text(it.inputs, "version") ?? text(it.target("clusterName")?.outputs, "version");
      const defaults = {
        amiType: "AL2023_x86_64_STANDARD",
        capacityType: "ON_DEMAND",
        diskSize: 20,
        instanceTypes: ["t3.medium"],
        updateConfig: { maxUnavailable: 1 },
      };
      const resources = [{ autoscalingGroups: [{ name: `eks-${name}-${uuid}` }], remoteAccessSecurityGroupId: "" }];
      const fromTemplate = has(it.inputs, "launchTemplate") ? { diskSize: 0, instanceTypes: [] } : {};
      return {
        ...defaults,
        ...fromTemplate,
        arn: arn(it, "eks", `nodegroup/${cluster}/${name}/${uuid}`),
        status: "ACTIVE",
        version,
        releaseVersion: `${version}.0-20261101`,
        resources,
        nodeGroupNamePrefix: "",
      };
    },
  },
  "aws:eks/addon:Addon": {
    id: ({ inputs }) => `${text(inputs, "clusterName")}:${text(inputs, "addonName")}`,
    unique: [["clusterName", "addonName"]],
    immutable: ["clusterName", "addonName"],
    values: {
      addonName: matches(/^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/, 'the name of an add-on, such as "coredns"'),
      addonVersion: matches(/^v\d+\.\d+\.\d+(-[\w.-]+)?$/, 'a version such as "v1.12.2-eksbuild.4"'),
      configurationValues: json("the add-on's configuration"),
      resolveConflictsOnCreate: oneOf("NONE", "OVERWRITE"),
      resolveConflictsOnUpdate: oneOf(...CONFLICTS),
    },
    refers: {
      ...inCluster,
      serviceAccountRoleArn: { to: [ROLE] },
      "podIdentityAssociations[*].roleArn": { to: [ROLE] },
    },
    outputs: (it) => ({
      arn: arn(it, "eks", `addon/${text(it.inputs, "clusterName")}/${text(it.inputs, "addonName")}/${it.hex(32)}`),
      addonVersion: "v1.0.0-eksbuild.1",
      configurationValues: "",
    }),
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    id: ({ hex }) => `a-${hex(17)}`,
    unique: [["clusterName", "namespace", "serviceAccount"]],
    immutable: ["clusterName", "namespace", "serviceAccount"],
    refers: { ...inCluster, roleArn: { to: [ROLE] } },
    outputs: (it) => ({
      associationArn: arn(it, "eks", `podidentityassociation/${text(it.inputs, "clusterName")}/${it.id}`),
      associationId: it.id,
      externalId: "",
    }),
  },
  [ACCESS_ENTRY]: {
    id: ({ inputs }) => `${text(inputs, "clusterName")}:${text(inputs, "principalArn")}`,
    immutable: ["clusterName", "principalArn", "type"],
    values: {
      principalArn: matches(/^arn:[\w-]+:iam::\d{12}:(role|user|root)/, "the ARN of an IAM role or user"),
      type: oneOf("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"),
      "kubernetesGroups[*]": matches(
        /^(?!system:|eks:|aws:|amazon:|iam:)/,
        "a group that does not begin with system:, eks:, aws:, amazon: or iam:",
      ),
    },
    rules: [
      forbids(
        "kubernetesGroups",
        ({ inputs }) => (text(inputs, "type") ?? "STANDARD") !== "STANDARD",
        'for entries that are not of type "STANDARD"',
      ),
    ],
    refers: inCluster,
    world: [acceptsEntries],
    handles: ["accessEntryArn"],
    outputs: (it) => ({
      accessEntryArn: arn(it, "eks", `access-entry/${text(it.inputs, "clusterName")}/${it.hex(32)}`),
      type: "STANDARD",
      userName: text(it.inputs, "principalArn"),
      kubernetesGroups: [],
    }),
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    id: ({ inputs }) => ["clusterName", "principalArn", "policyArn"].map((part) => text(inputs, part)).join("#"),
    immutable: ["*"],
    values: {
      policyArn: matches(
        /^arn:[\w-]+:eks::aws:cluster-access-policy\/Amazon\w+$/,
        'such as "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"',
      ),
      "accessScope.type": oneOf("cluster", "namespace"),
    },
    refers: {
      ...inCluster,
      principalArn: {
        given: false,
        to: [ACCESS_ENTRY],
        handle: (principal, { inputs }) => `${text(inputs, "clusterName")}:${principal}`,
      },
    },
  },
};
