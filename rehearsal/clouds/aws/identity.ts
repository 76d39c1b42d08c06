import type { Making, Model } from "../model";
import { between, json, matches, oneOf, requires } from "../rules";
import { guid } from "../sdk/madeUp";
import { at, text } from "../wire";
import { arn, KEY, LOG_GROUP, ROLE } from "./arns";

const POLICY = "aws:iam/policy:Policy";
const iamName = (max: number) =>
  matches(new RegExp(`^[\\w+=,.@-]{1,${max}}$`), `1 to ${max} letters, digits and + = , . @ _ -`);
const CREATED = "2026-01-01T00:00:00Z";
const iamArn = (it: Making, kind: string) =>
  arn(it, "iam", `${kind}${text(it.inputs, "path") ?? "/"}${text(it.inputs, "name") ?? it.id}`, true);
/** Policies of AWS itself exist in every account. */
const AWS_OWN = /^arn:[\w-]+:iam::aws:policy\//;
const RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Identities, keys and logs. Sources: the IAM, KMS and CloudWatch Logs API references, and `ForceNew` in terraform-provider-aws 6. */
export const identityModels: { readonly [type: string]: Model } = {
  [ROLE]: {
    scope: "account",
    id: ({ inputs, name }) => text(inputs, "name") ?? name,
    name: { property: "name", rule: iamName(64), maxLength: 64 },
    immutable: ["name", "namePrefix", "path"],
    values: {
      assumeRolePolicy: json("a trust policy"),
      maxSessionDuration: between(3600, 43200, "seconds"),
      path: matches(/^\/([!-~]+\/)?$/, "a path that begins and ends with /"),
      "managedPolicyArns[*]": matches(/^arn:[\w-]+:iam::(aws|\d{12}):policy\//, "the ARN of a policy"),
    },
    outputs: (it) => ({
      arn: iamArn(it, "role"),
      uniqueId: `AROA${it.hex(17).toUpperCase()}`,
      createDate: CREATED,
      path: "/",
      maxSessionDuration: 3600,
      managedPolicyArns: [],
      inlinePolicies: [],
      namePrefix: "",
    }),
  },
  [POLICY]: {
    scope: "account",
    id: (it) => arn(it, "iam", `policy${text(it.inputs, "path") ?? "/"}${text(it.inputs, "name") ?? it.name}`, true),
    name: { property: "name", rule: iamName(128), maxLength: 128 },
    immutable: ["name", "namePrefix", "path", "description"],
    values: { policy: json("a policy") },
    outputs: (it) => ({
      arn: it.id,
      policyId: `ANPA${it.hex(17).toUpperCase()}`,
      attachmentCount: 0,
      path: "/",
      namePrefix: "",
    }),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    scope: "account",
    id: ({ inputs }) => `${text(inputs, "role")}:${text(inputs, "name")}`,
    name: { property: "name", rule: iamName(128) },
    unique: [["role", "name"]],
    immutable: ["role", "name", "namePrefix"],
    values: { policy: json("a policy") },
    refers: { role: { to: [ROLE], holds: true } },
    outputs: () => ({ namePrefix: "" }),
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    scope: "account",
    id: ({ inputs }) => `${text(inputs, "role")}/${text(inputs, "policyArn")}`,
    immutable: ["role", "policyArn"],
    values: {
      policyArn: matches(
        /^arn:[\w-]+:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/,
        'the ARN of a policy, such as "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"',
      ),
    },
    refers: { role: { to: [ROLE], holds: true }, policyArn: { to: [POLICY], unless: AWS_OWN } },
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    scope: "account",
    id: (it) => arn(it, "iam", `oidc-provider/${issuer(it.inputs)}`, true),
    immutable: ["url"],
    values: {
      url: matches(/^https:\/\/[^?#]+$/, "an https URL without query"),
      "thumbprintLists[*]": matches(/^[0-9a-fA-F]{40}$/, "40 hexadecimal digits"),
    },
    outputs: (it) => ({ arn: it.id, thumbprintLists: [it.hex(40)] }),
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    scope: "account",
    id: ({ inputs, name }) => text(inputs, "name") ?? name,
    name: { property: "name", rule: iamName(128), maxLength: 128 },
    immutable: ["name", "namePrefix", "path"],
    refers: { role: { to: [ROLE], holds: true } },
    outputs: (it) => ({
      arn: iamArn(it, "instance-profile"),
      uniqueId: `AIPA${it.hex(17).toUpperCase()}`,
      createDate: CREATED,
      path: "/",
      namePrefix: "",
    }),
  },
  [KEY]: {
    id: ({ inputs, hex }) => (at(inputs, "multiRegion") === true ? `mrk-${hex(32)}` : guid(hex(32))),
    immutable: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId", "xksKeyId"],
    values: {
      deletionWindowInDays: between(7, 30, "days"),
      rotationPeriodInDays: between(90, 2560, "days"),
      keyUsage: oneOf("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"),
      policy: json("a key policy"),
    },
    rules: [
      requires(
        "enableKeyRotation",
        ({ inputs }) => at(inputs, "rotationPeriodInDays") !== undefined,
        "when rotationPeriodInDays is",
      ),
    ],
    handles: ["arn", "keyId"],
    outputs: (it) => ({
      arn: arn(it, "kms", `key/${it.id}`),
      keyId: it.id,
      description: "",
      multiRegion: false,
      keyUsage: "ENCRYPT_DECRYPT",
      customerMasterKeySpec: "SYMMETRIC_DEFAULT",
      policy: "{}",
      rotationPeriodInDays: at(it.inputs, "enableKeyRotation") === true ? 365 : 0,
    }),
  },
  "aws:kms/alias:Alias": {
    id: ({ inputs }) => text(inputs, "name") ?? "",
    name: {
      property: "name",
      rule: matches(
        /^alias\/(?!aws\/)[\w/-]{1,250}$/,
        'a name such as "alias/team", of letters, digits, / _ and -, and not alias/aws/',
      ),
      maxLength: 256,
    },
    immutable: ["name", "namePrefix"],
    refers: { targetKeyId: { to: [KEY] } },
    outputs: (it) => ({
      arn: arn(it, "kms", text(it.inputs, "name") ?? ""),
      targetKeyArn: text(it.target("targetKeyId")?.outputs, "arn") ?? "",
      namePrefix: "",
    }),
  },
  [LOG_GROUP]: {
    id: ({ inputs, name }) => text(inputs, "name") ?? name,
    name: {
      property: "name",
      rule: matches(/^[\w./#-]{1,512}$/, "1 to 512 letters, digits and . - _ / #"),
      maxLength: 512,
    },
    immutable: ["name", "namePrefix", "logGroupClass"],
    values: {
      retentionInDays: oneOf(...RETENTION_DAYS),
      logGroupClass: oneOf("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
    },
    refers: { kmsKeyId: { to: [KEY] } },
    undeletable: ({ inputs }) =>
      at(inputs, "deletionProtectionEnabled") === true
        ? "deletionProtectionEnabled is on; set it to false, update, and then delete"
        : undefined,
    outputs: (it) => ({
      arn: arn(it, "logs", `log-group:${it.id}`),
      logGroupClass: "STANDARD",
      deletionProtectionEnabled: false,
      namePrefix: "",
    }),
  },
};

function issuer(inputs: unknown): string {
  return (text(inputs, "url") ?? "").replace(/^https:\/\//, "").replace(/\/$/, "");
}
