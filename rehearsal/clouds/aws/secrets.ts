import type { FunctionModel, Model } from "../model";
import { between, exactlyOne, json, matches } from "../rules";
import { guid } from "../sdk/madeUp";
import { at, text } from "../wire";
import type { Thing, World } from "../world";
import { arn, KEY, SECRET, SECRET_POLICY, SECRET_VERSION } from "./arns";

const NAME = matches(/^[\w/+=.@-]{1,512}$/, "1 to 512 letters, digits and / _ + = . @ -");
const MOST_BYTES = 65_536;
const MOST_POLICY_CHARACTERS = 20_480;

/** Secrets Manager. Sources: its API reference and quotas, and terraform-provider-aws 6. */
export const secretModels: { readonly [type: string]: Model } = {
  [SECRET]: {
    id: (it) => arn(it, "secretsmanager", `secret:${text(it.inputs, "name")}-${it.hex(6)}`),
    name: { property: "name", rule: NAME, maxLength: 512 },
    immutable: ["name", "namePrefix"],
    values: {
      recoveryWindowInDays: (value) =>
        value === 0 || between(7, 30, "days")(value, {} as never) === undefined
          ? undefined
          : `must be 0, or from 7 to 30 days; got ${JSON.stringify(value)}`,
      policy: json("a policy"),
    },
    refers: { kmsKeyId: { to: [KEY], holds: true } },
    world: [
      (it) => {
        const gone = it.world.buriedAs(SECRET, it.scope, text(it.inputs, "name") ?? "");
        return gone === undefined || it.world.get(SECRET, it.scope, it.id) !== undefined || recovery(gone) === 0
          ? undefined
          : `name: a secret of this name is scheduled for deletion for ${recovery(gone)} days; restore it, or take another name (InvalidRequestException)`;
      },
    ],
    outputs: (it) => ({ arn: it.id, policy: "", namePrefix: "", replicas: [] }),
  },
  [SECRET_VERSION]: {
    id: (it) => `${text(it.inputs, "secretId")}|${guid(it.hex(32))}`,
    immutable: ["secretId", "secretString", "secretBinary", "secretStringWoVersion"],
    rules: [exactlyOne("secretString", "secretBinary", "secretStringWo")],
    values: {
      secretString: (value) =>
        Buffer.byteLength(String(value)) <= MOST_BYTES ? undefined : `must be ${MOST_BYTES} bytes at most`,
    },
    refers: { secretId: { to: [SECRET] } },
    outputs: (it) => ({
      arn: text(it.inputs, "secretId"),
      versionId: it.id.split("|").at(-1),
      versionStages: ["AWSCURRENT"],
    }),
    handles: [],
  },
  [SECRET_POLICY]: {
    id: ({ inputs }) => text(inputs, "secretArn") ?? "",
    unique: [["secretArn"]],
    immutable: ["secretArn"],
    values: {
      policy: (value, subject) =>
        json("a policy")(value, subject) ??
        (String(value).length <= MOST_POLICY_CHARACTERS
          ? undefined
          : `must have ${MOST_POLICY_CHARACTERS} characters at most`),
    },
    rules: [
      ({ inputs }) =>
        at(inputs, "blockPublicPolicy") === true && isPublic(text(inputs, "policy") ?? "{}")
          ? { property: "policy", reason: "allows everybody, and blockPublicPolicy is true (PublicPolicyException)" }
          : undefined,
    ],
    refers: { secretArn: { to: [SECRET] } },
    outputs: () => ({}),
    handles: [],
  },
};

function recovery({ inputs }: Thing): number {
  return Number(at(inputs, "recoveryWindowInDays") ?? 30);
}

function isPublic(policy: string): boolean {
  try {
    const { Statement = [] } = JSON.parse(policy) as {
      Statement?: { Effect?: string; Principal?: unknown; Condition?: unknown }[];
    };
    return Statement.some(
      ({ Effect, Principal, Condition }) => Effect === "Allow" && Principal === "*" && Condition === undefined,
    );
  } catch {
    return false; // said already
  }
}

/** `aws.secretsmanager.getSecretVersion`: by ARN, by an ARN without its random end, or by name; the newest version. */
export const getSecretVersion: FunctionModel = (args, { world, scope }) => {
  const asked = text(args, "secretId") ?? "";
  const secret = secretOf(asked, world, scope);
  const version = secret && [...world.usersOf(secret)].filter(({ type }) => type === SECRET_VERSION).at(-1);
  if (secret === undefined || version === undefined) {
    throw new Error(`Secrets Manager can't find the specified secret ${asked} (ResourceNotFoundException)`);
  }
  const [secretString, secretBinary] = ["secretString", "secretBinary"].map((part) => text(version.inputs, part) ?? "");
  const facts = { arn: secret.id, createdDate: "2026-01-01T00:00:00Z", versionStages: ["AWSCURRENT"] };
  return {
    ...args,
    ...facts,
    id: version.id,
    secretString,
    secretBinary,
    versionId: version.id.split("|").at(-1) ?? "",
  };
};

function secretOf(asked: string, world: World, scope: string): Thing | undefined {
  const place = placeOf(asked, scope);
  const found = world.find(SECRET, place, asked) ?? world.named(SECRET, place, asked);
  return found ?? [...world.all(SECRET, place)].find(({ id }) => id.slice(0, -"-abcdef".length) === asked);
}

/** Where a secret is: an ARN says it, and may be read from another account; a name means one of the reader's own. */
function placeOf(asked: string, scope: string): string {
  const [, region, owner] = /^arn:[\w-]+:secretsmanager:([\w-]+):(\d{12}):/.exec(asked) ?? [];
  return owner === undefined ? scope : `${scope.split("/")[0]}/${owner}/${region}`;
}
