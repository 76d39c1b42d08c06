import type { FunctionModel } from "../model";
import { regionRefusal, zonesOf } from "../regions";
import { digits } from "../sdk/madeUp";
import { text } from "../wire";
import { getCertificateAuthority } from "./privateCaAuthority";
import { getSecretVersion } from "./secrets";

/** Functions of AWS that say where and who the provider is, and what an authority's certificate is. */
export const awsFunctions: { readonly [token: string]: FunctionModel } = {
  "aws:acmpca/getCertificateAuthority:getCertificateAuthority": getCertificateAuthority,
  "aws:secretsmanager/getSecretVersion:getSecretVersion": getSecretVersion,
  "aws:index/getCallerIdentity:getCallerIdentity": (_, { account: { owner, facts } }) => ({
    id: owner,
    accountId: owner,
    arn: facts.role,
    userId: `AIDA${digits(16, owner)}`,
  }),
  "aws:index/getPartition:getPartition": (_, { account: { facts } }) => {
    const dnsSuffix = facts.partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    const reverseDnsPrefix = dnsSuffix.split(".").reverse().join(".");
    return { id: facts.partition, partition: facts.partition, dnsSuffix, reverseDnsPrefix };
  },
  "aws:index/getRegion:getRegion": (args, { account }) => {
    const region = text(args, "region") ?? text(args, "name") ?? account.region ?? "";
    const problem = regionRefusal("aws", region);
    if (problem !== undefined) throw new Error(`region ${problem}`);
    return { id: region, region, name: region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": (args, { account }) => {
    const region = text(args, "region") ?? account.region ?? "";
    const names = zonesOf("aws", region) ?? ["a", "b", "c"].map((letter) => `${region}${letter}`);
    return {
      ...args,
      id: region,
      region,
      groupNames: [region],
      names,
      zoneIds: names.map((name, i) => zoneId(name, i)),
    };
  },
};

/** Ids of zones are shuffled for every account; these are not, so that they are the same in every run. */
function zoneId(name: string, index: number): string {
  const [area = "", direction = "", number = ""] = name.split("-");
  const short = direction.replace(/north|south|east|west|central/g, (word) => word[0]!);
  return `${area}${short}${number.replace(/\D/g, "")}-az${index + 1}`;
}
