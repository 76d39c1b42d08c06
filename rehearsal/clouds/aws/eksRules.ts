import { isOlder, minorOf, versionOf } from "../kubernetesVersions";
import type { Making } from "../model";
import { authorityData } from "../realClusters";
import { digits } from "../sdk/madeUp";
import { at, select, text } from "../wire";
import { arn, NODE_GROUP } from "./arns";

/** What EKS answers with. */
export function clusterOutputs(it: Making) {
  const issuer = it.hex(32, "oidc").toUpperCase();
  const name = text(it.inputs, "name");
  const version = versionOf(it, "version", "version");
  const vpcId = text(it.target("vpcConfig.subnetIds[*]")?.inputs, "vpcId") ?? "";
  const real = it.world.realClusters({ kind: "eks", name: name ?? "", region: it.region });
  const host = real?.address ?? `${issuer}.gr7.${it.region}.eks.amazonaws.com`;
  return {
    arn: arn(it, "eks", `cluster/${name}`),
    clusterId: "",
    endpoint: `https://${host}`,
    certificateAuthority: { data: authorityData(real, it.hex(64, "ca")) },
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.${it.region}.amazonaws.com/id/${issuer}` }] }],
    platformVersion: `eks.${1 + (Number(digits(2, it.id)) % 20)}`,
    status: "ACTIVE",
    version,
    deletionProtection: false,
    accessConfig: { authenticationMode: "CONFIG_MAP" },
    upgradePolicy: { supportType: "EXTENDED" },
    kubernetesNetworkConfig: {
      ipFamily: "ipv4",
      serviceIpv4Cidr: "10.100.0.0/16",
      serviceIpv6Cidr: "",
      elasticLoadBalancing: { enabled: false },
    },
    vpcConfig: {
      clusterSecurityGroupId: `sg-0${it.hex(16, "sg")}`,
      vpcId,
      controlPlaneEgressMode: "VPC",
      publicAccessCidrs: ["0.0.0.0/0"],
    },
  };
}

/** EKS takes services from the private ranges only. */
export function privateRange(value: unknown): string | undefined {
  const isPrivate = /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)/.test(String(value));
  return isPrivate ? undefined : `must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16; got "${value}"`;
}

/** EKS places a control plane in two zones at least. Where subnets from outside lie, nobody here knows. */
export function twoZones(it: Making): string | undefined {
  const path = "vpcConfig.subnetIds[*]";
  const subnets = it.targets(path);
  if (subnets.length < select(it.inputs, path).length) return undefined;
  const zones = new Set(subnets.map(({ outputs }) => text(outputs, "availabilityZone")));
  return zones.size >= 2
    ? undefined
    : `vpcConfig.subnetIds: must lie in two zones at least; they lie in ${[...zones].join(", ") || "none"}`;
}

/** All subnets lie in one VPC: that of the cluster, where there is one. */
export function oneVpc(path: string, clusterPath?: string) {
  return (it: Making): string | undefined => {
    const vpcs = new Set(it.targets(path).map(({ inputs }) => text(inputs, "vpcId")));
    const home = clusterPath === undefined ? undefined : text(it.target(clusterPath)?.outputs, "vpcConfig.vpcId");
    if (home !== undefined && home !== "") vpcs.add(home);
    return vpcs.size < 2
      ? undefined
      : `${path.replace("[*]", "")}: must lie in one VPC${home === undefined ? "" : `, the cluster's (${home})`}; they lie in ${[...vpcs].join(", ")}`;
  };
}

/** The machine type stands in the launch template or in the group, not in both. */
export function oneInstanceType(it: Making): string | undefined {
  const inTemplate = text(it.target("launchTemplate.id")?.inputs, "instanceType");
  const isDouble = inTemplate !== undefined && select(it.inputs, "instanceTypes[*]").length > 0;
  return isDouble
    ? `instanceTypes: cannot be given, since the launch template says ${inTemplate}; remove one of them`
    : undefined;
}

/** The version of the launch template exists. */
export function knownTemplateVersion(it: Making): string | undefined {
  const template = it.target("launchTemplate.id");
  const [version, latest] = [at(it.inputs, "launchTemplate.version"), at(template?.outputs, "latestVersion")];
  const asked = Number(version);
  if (template === undefined || Number.isNaN(asked) || typeof latest !== "number" || (asked >= 1 && asked <= latest))
    return undefined;
  return `launchTemplate.version: ${template.id} has versions 1 to ${latest}; got ${version}`;
}

/**
 * EKS takes a control plane back by one minor version, once no node is newer. Not known here: that it does so for a week after
 * the upgrade. Source: "Rollback cluster to previous Kubernetes version" of the EKS user guide, read on 2026-11-29.
 */
export function rollback(it: Making): string | undefined {
  const cluster = it.world.get(it.type, it.scope, it.id);
  const [was, is] = [text(cluster?.outputs, "version"), text(it.inputs, "version")];
  if (cluster === undefined || !isOlder(is, was)) return undefined;
  const refused = `version: cannot change from ${was} to ${is}`;
  if (minorOf(was) - minorOf(is) > 1) return `${refused}: a control plane is taken back by one minor version`;
  const newer = [...it.world.usersOf(cluster)].filter(
    ({ type, outputs }) => type === NODE_GROUP && isOlder(is, text(outputs, "version")),
  );
  const names = newer.map(({ outputs }) => text(outputs, "nodeGroupName"));
  return newer.length === 0
    ? undefined
    : `${refused} while nodes of ${names.join(", ")} are newer; take them back first`;
}

/** Access entries need a cluster whose mode takes them. */
export function acceptsEntries(it: Making): string | undefined {
  const mode = text(it.target("clusterName")?.outputs, "accessConfig.authenticationMode");
  return mode === "CONFIG_MAP"
    ? `clusterName: the cluster's accessConfig.authenticationMode is CONFIG_MAP; access entries need API or API_AND_CONFIG_MAP`
    : undefined;
}
