import type { CheckFailure, Properties } from "../../engine/provider";
import { configured } from "../configuration";
import type { Account, Autoname, Cloud, Model } from "../model";
import { regionRefusal, zonesOf } from "../regions";
import { digits, hex } from "../sdk/madeUp";
import type { ResourceSchema } from "../sdk/package";
import { at, holdsUnknown, text } from "../wire";
import { awsFunctions } from "./functions";
import { awsModel } from "./models";

/** Longest names, where the service allows fewer than 255 characters. Source: pulumi-aws `provider/resources.go`. */
const NAME_LIMITS: { readonly [token: string]: number } = {
  "aws:iam/user:User": 64,

  "aws:sqs/queue:Queue": 80,
  "aws:lambda/function:Function": 64,
};

/** Properties other than `name` that pulumi-aws names by itself. */
const NAMED_BY: { readonly [token: string]: string } = {
  "aws:s3/bucket:Bucket": "bucket",
  "aws:rds/instance:Instance": "identifier",
  "aws:rds/cluster:Cluster": "clusterIdentifier",
};

/** Amazon Web Services, as `@pulumi/aws` meets it. */
export const aws: Cloud = {
  name: "aws",
  title: "AWS",
  fills: true,
  replaces: ["region", "allowedAccountIds", "assumeRoles", "assumeRoleWithWebIdentity", "profile", "accessKey"],
  model: (type): Model | undefined => awsModel(type),
  function: (token) => awsFunctions[token],
  account,
  checkConfig,
  region: (inputs, { region }) => text(inputs, "region") ?? region,
  autoname,
  immutable: (schema) => ["region", autoname(schema, awsModel(schema.token))?.property ?? "name"],
  id: ({ type }, _schema, hexOf) => `${kindName(type).toLowerCase()}-${hexOf(17)}`,
  known: ({ inputs, account, region }, schema) => {
    const tags = {
      ...(at(configured(account.config, "defaultTags"), "tags") as Properties),
      ...(inputs.tags as Properties),
    };
    const outputs: Properties = region === undefined || !schema.inputs.has("region") ? {} : { region };
    return schema.outputs.has("tagsAll") && !holdsUnknown(inputs.tags) ? { ...outputs, tagsAll: tags } : outputs;
  },
  text:
    ({ id, type, name, account: { owner, facts }, region, inputs }) =>
    (property) => {
      const arn = (rest: string) =>
        `arn:${facts.partition}:${type.split(":")[1]?.split("/")[0]}:${region}:${owner}:${rest}`;
      if (property === "arn") return arn(`${kindName(type).toLowerCase()}/${id}`);
      if (/Arn$/.test(property)) return arn(`${property.slice(0, -3).toLowerCase()}/${id}`);
      if (property === "region") return region;
      if (/^(owner|account|registry)(Id)?$/.test(property)) return owner;
      if (property === "name") return text(inputs, "name") ?? name;
      if (property === "status" || property === "state") return "available";
      if (/availabilityZone$/i.test(property)) return zonesOf("aws", region)?.[0] ?? `${region}a`;
      if (/[cC]idrBlock$/.test(property)) return "172.31.0.0/16";
      if (/(dnsName|endpoint|domain|domainName|hostname)$/i.test(property))
        return `${hex(12, id)}.${region}.amazonaws.com`;
      if (/(At|Date|Time)$/.test(property)) return "2026-01-01T00:00:00Z";
      return undefined;
    },
};

/** Whose account: that of a role to assume, the only allowed one, or one made from the credentials' name. */
function account(config: Properties): Account {
  const roles = configured(config, "assumeRoles");
  const web = configured(config, "assumeRoleWithWebIdentity");
  const allowed = configured(config, "allowedAccountIds");
  const role = text(Array.isArray(roles) ? roles[0] : roles, "roleArn") ?? text(web, "roleArn");
  const region = text(config, "region");
  const stated =
    /^arn:[\w-]+:iam::(\d{12}):/.exec(role ?? "")?.[1] ?? (Array.isArray(allowed) ? allowed.map(String)[0] : undefined);
  const owner = stated ?? digits(12, "aws", text(config, "profile") ?? text(config, "accessKey") ?? "default");
  const partition =
    region?.startsWith("cn-") === true ? "aws-cn" : region?.startsWith("us-gov-") === true ? "aws-us-gov" : "aws";
  return { owner, region, facts: { partition, role: role ?? `arn:${partition}:iam::${owner}:user/rehearsal` }, config };
}

function checkConfig(config: Properties): CheckFailure[] {
  const region = text(config, "region");
  if (region === undefined)
    return "region" in config
      ? []
      : [{ property: "region", reason: 'missing required configuration "region", such as "eu-west-1"' }];
  const reason = regionRefusal("aws", region);
  return reason === undefined ? [] : [{ property: "region", reason }];
}

function autoname(schema: ResourceSchema, model: Model | undefined): Autoname | undefined {
  const property = NAMED_BY[schema.token] ?? model?.name?.property ?? "name";
  const input = schema.inputs.get(property);
  if (input === undefined || !input.optional || input.type.kind !== "string") return undefined;
  return {
    property,
    separator: "-",
    digits: 7,
    maxLength: model?.name?.maxLength ?? NAME_LIMITS[schema.token] ?? 255,
    prefix: schema.token === "aws:kms/alias:Alias" ? "alias/" : "",
  };
}

function kindName(type: string): string {
  return type.split(":").at(-1) ?? type;
}
