import type { FunctionModel, Model } from "../model";
import { zonesOf } from "../regions";
import { exactlyOne, matches } from "../rules";
import { at, text } from "../wire";
import type { Thing } from "../world";
import { grant } from "./identity";
import { project, SECRET, SECRET_VERSION } from "./names";

const MOST_BYTES = 65_536;

/** Secret Manager. Sources: its API reference and quotas, and terraform-provider-google 7. */
export const secretModels: { readonly [type: string]: Model } = {
  [SECRET]: {
    id: (it) => `projects/${project(it)}/secrets/${text(it.inputs, "secretId")}`,
    name: {
      property: "secretId",
      rule: matches(/^[\w-]{1,255}$/, "1 to 255 letters, digits, - and _"),
      maxLength: 255,
    },
    unique: [],
    immutable: ["secretId", "replication"],
    values: {
      "replication.userManaged.replicas[*].location": (value) =>
        zonesOf("gcp", String(value)) === undefined ? `must be a region of Google Cloud; got "${value}"` : undefined,
    },
    rules: [exactlyOne("replication.auto", "replication.userManaged")],
    undeletable: ({ inputs }) =>
      at(inputs, "deletionProtection") === true
        ? "deletionProtection is on; set it to false, update, and then delete"
        : undefined,
    outputs: (it) => ({ name: it.id, createTime: "2026-01-01T00:00:00Z", expireTime: "" }),
  },
  [SECRET_VERSION]: {
    id: (it) => `${text(it.inputs, "secret")}/versions/${(Number.parseInt(it.hex(4, "version"), 16) % 9999) + 1}`,
    immutable: ["secret", "secretData", "isSecretDataBase64"],
    values: {
      secretData: (value) =>
        Buffer.byteLength(String(value)) <= MOST_BYTES ? undefined : `must be ${MOST_BYTES} bytes at most`,
    },
    refers: { secret: { to: [SECRET] } },
    outputs: (it) => ({
      name: it.id,
      version: it.id.split("/").at(-1),
      createTime: "2026-01-01T00:00:00Z",
      destroyTime: "",
      deletionPolicy: "DELETE",
    }),
  },
  "gcp:secretmanager/secretIamMember:SecretIamMember": {
    ...grant("secretId"),
    refers: { secretId: { to: [SECRET] } },
  },
};

/** `gcp.secretmanager.getSecretVersion`: the newest version of a secret, by its name or its id. */
export const getSecretVersion: FunctionModel = (args, { account, world, scope }) => {
  const asked = text(args, "secret") ?? "";
  const id = asked.includes("/") ? asked : `projects/${text(args, "project") ?? account.owner}/secrets/${asked}`;
  const secret = world.get(SECRET, scope, id);
  const version = secret && newest([...world.usersOf(secret)]);
  if (version === undefined) throw new Error(`Secret [${id}] not found or has no versions (NOT_FOUND)`);
  return {
    ...args,
    ...{ id: version.id, name: version.id, project: project({ inputs: args, account }), secret: asked },
    ...{ secretData: text(version.inputs, "secretData") ?? "", version: version.id.split("/").at(-1) ?? "" },
    ...{ createTime: "2026-01-01T00:00:00Z", destroyTime: "", enabled: true },
  };
};

function newest(users: readonly Thing[]): Thing | undefined {
  return users.filter(({ type }) => type === SECRET_VERSION).at(-1);
}
