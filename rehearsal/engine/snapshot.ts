import { UserError } from "../userError";
import { type Crypter, passphraseCrypter } from "./crypter";
import type { PendingOperation } from "./pending";
import type { Properties } from "./provider";
import type { HookBindings, ResourceState } from "./state";
import { isData, isReference, isSecret, rewrite, secretSignature, signatureKey } from "./values";

/** A stack's state as `pulumi stack export` writes and `pulumi stack import` reads it. */
export interface Deployment {
  /** 3 is written; 4 is read too. */
  version: 3 | 4;
  features?: string[];
  deployment: {
    manifest: { time: string; magic: string; version: string };
    secrets_providers?: { type: string; state?: { salt?: string } };
    resources?: DeploymentResource[];
    pending_operations?: { type: string; resource: DeploymentResource }[];
    metadata?: { [field: string]: unknown };
  };
}

/** One resource of a deployment; fields that hold nothing are left out. */
export interface DeploymentResource {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  [field: string]: unknown;
}

/** The passphrase of a deployment's secrets: PULUMI_CONFIG_PASSPHRASE, or the empty one. */
export const defaultPassphrase = (): string => process.env.PULUMI_CONFIG_PASSPHRASE ?? "";

const ownFields = new Set(
  (
    "urn type custom delete external pendingReplacement taint id inputs outputs parent protect retainOnDelete provider dependencies " +
    "propertyDependencies deletedWith replaceWith replacementTrigger additionalSecretOutputs ignoreChanges replaceOnChanges hideDiff " +
    "aliases initErrors customTimeouts resourceHooks importID created modified"
  ).split(" "),
);

/** What a session keeps of a deployment besides its resources. */
export class DeploymentCodec {
  private salt: string | undefined;
  private crypter: Crypter | undefined;
  /** Ciphertexts by resource and plain text: a secret that did not change is written as it was. */
  private readonly ciphertexts = new Map<string, string>();
  /** A run that keeps its state writes all of it at each operation, of which it has changed one resource or two. */
  private texts = new WeakMap<ResourceState, { readonly of: ResourceState; readonly text: string }>();

  constructor(private readonly passphrase: string = defaultPassphrase()) {}

  private cipher(): Crypter {
    this.crypter ??= passphraseCrypter(this.passphrase, this.salt);
    return this.crypter;
  }

  /**
   * The resources of a deployment, secrets in clear within their envelopes.
   * @throws UserError for a version, secrets provider or content that cannot be rehearsed.
   */
  decode(deployment: Deployment): ResourceState[] {
    const problems = deploymentProblems(deployment);
    if (problems.length > 0) throw new UserError(problems.join("\n"));
    const before = this.crypter?.salt ?? this.salt;
    this.salt = deployment.deployment.secrets_providers?.state?.salt ?? before;
    if (this.salt !== before) {
      this.ciphertexts.clear();
      this.texts = new WeakMap();
    }
    this.crypter = undefined;
    return (deployment.deployment.resources ?? []).map((resource) => this.decodeResource(resource));
  }

  /** The operations that nobody saw the end of. */
  decodePending({ deployment }: Deployment): PendingOperation[] {
    return (deployment.pending_operations ?? []).map(({ type, resource }) => ({
      type: type as PendingOperation["type"],
      state: this.decodeResource(resource),
    }));
  }

  private decodeResource(resource: DeploymentResource): ResourceState {
    const open = (part: unknown): { to: unknown } | undefined => {
      if (isReference(part) && part.packageVersion === "") {
        const { packageVersion: _, ...reference } = part;
        return { to: reference };
      }
      if (!isSecret(part) || "value" in part) return undefined;
      let plaintext = part.plaintext;
      if (typeof plaintext !== "string") {
        plaintext = this.cipher().decrypt(String(part.ciphertext));
        this.ciphertexts.set(`${resource.urn}\n${plaintext}`, String(part.ciphertext));
      }
      return { to: { [signatureKey]: secretSignature, value: rewrite(JSON.parse(String(plaintext)), open) } };
    };
    const bag = (field: string): Properties => rewrite(resource[field] ?? {}, open) as Properties;
    const text = (field: string): string => (typeof resource[field] === "string" ? (resource[field] as string) : "");
    const list = (field: string): string[] => (Array.isArray(resource[field]) ? (resource[field] as string[]) : []);
    const timeouts = isData(resource.customTimeouts) ? resource.customTimeouts : {};
    const seconds = (operation: string): number => Number(timeouts[operation] ?? 0);
    const rest = Object.fromEntries(Object.entries(resource).filter(([field]) => !ownFields.has(field)));
    return {
      urn: resource.urn,
      type: resource.type,
      custom: resource.custom,
      delete: resource.delete === true,
      external: resource.external === true,
      pendingReplacement: resource.pendingReplacement === true,
      taint: resource.taint === true,
      id: resource.id ?? "",
      inputs: bag("inputs"),
      outputs: bag("outputs"),
      parent: text("parent"),
      protect: resource.protect === true,
      retainOnDelete: resource.retainOnDelete === true,
      provider: text("provider"),
      dependencies: list("dependencies"),
      propertyDependencies: (resource.propertyDependencies ?? {}) as { [property: string]: string[] },
      deletedWith: text("deletedWith"),
      replaceWith: list("replaceWith"),
      ...(resource.replacementTrigger === undefined
        ? {}
        : { replacementTrigger: rewrite(resource.replacementTrigger, open) }),
      additionalSecretOutputs: list("additionalSecretOutputs"),
      ignoreChanges: list("ignoreChanges"),
      replaceOnChanges: list("replaceOnChanges"),
      hideDiff: list("hideDiff"),
      aliases: list("aliases"),
      initErrors: list("initErrors"),
      timeouts: {
        create: seconds("create"),
        update: seconds("update"),
        delete: seconds("delete"),
        read: seconds("read"),
      },
      resourceHooks: (resource.resourceHooks ?? {}) as HookBindings,
      importID: text("importID"),
      ...(text("created") === "" ? {} : { created: text("created") }),
      ...(text("modified") === "" ? {} : { modified: text("modified") }),
      ...(Object.keys(rest).length === 0 ? {} : { rest }),
    };
  }

  /**
   * The deployment of these resources; the result shares nothing that later runs change.
   * @param pending operations of which nobody knows how they ended.
   */
  encode(resources: ResourceState[], pending: readonly PendingOperation[] = []): Deployment {
    const encode = (state: ResourceState) => this.encodeResource(state);
    return this.deploymentOf(
      resources.map(encode),
      pending.map(({ type, state }) => ({ type, resource: encode(state) })),
    );
  }

  /** The same as the text of its file. */
  encodeText(resources: ResourceState[], pending: readonly PendingOperation[] = []): string {
    const texts = resources.map((state) => this.textOf(state));
    const text = textOfDeployment(this.encode([], pending));
    return texts.length === 0 ? text : text.replace(NONE, () => `${NONE.slice(0, -1)}\n${texts.join(",\n")}\n    ]`);
  }

  /** Fields of a state are replaced, never changed within: where all are the same, so is the text. */
  private textOf(state: ResourceState): string {
    const known = this.texts.get(state);
    if (known !== undefined && hasSameFields(known.of, state)) return known.text;
    const text = `      ${JSON.stringify(this.encodeResource(state), undefined, 2).replaceAll("\n", "\n      ")}`;
    this.texts.set(state, { of: { ...state }, text });
    return text;
  }

  private deploymentOf(
    resources: DeploymentResource[],
    pending: { type: string; resource: DeploymentResource }[],
  ): Deployment {
    const salt = this.crypter?.salt ?? this.salt;
    return {
      version: 3,
      deployment: {
        manifest: { time: new Date().toISOString(), magic: "", version: "" },
        ...(salt === undefined ? {} : { secrets_providers: { type: "passphrase", state: { salt } } }),
        resources,
        ...(pending.length === 0 ? {} : { pending_operations: pending }),
        metadata: {},
      },
    };
  }

  private encodeResource(state: ResourceState): DeploymentResource {
    const close = (part: unknown): { to: unknown } | undefined => {
      if (isReference(part) && !("packageVersion" in part)) return { to: { ...part, packageVersion: "" } };
      if (!isSecret(part)) return undefined;
      const plaintext = JSON.stringify(rewrite(part.value, close));
      const name = `${state.urn}\n${plaintext}`;
      let ciphertext = this.ciphertexts.get(name);
      if (ciphertext === undefined) {
        ciphertext = this.cipher().encrypt(plaintext);
        this.ciphertexts.set(name, ciphertext);
      }
      return { to: { [signatureKey]: secretSignature, ciphertext } };
    };
    const { timeouts, rest, urn, type, custom, aliases: _, ...fields } = state;
    const resource: DeploymentResource = { urn, type, custom, ...rest };
    for (const [field, value] of Object.entries(fields)) {
      const empty = value === "" || value === false || value === undefined;
      const hollow = typeof value === "object" && value !== null && Object.keys(value).length === 0;
      // Of a trigger the real engine writes every value, since a change from or to an empty one is a change.
      const isKept = field === "replacementTrigger" && value !== undefined;
      if (isKept || (!empty && !hollow)) resource[field] = rewrite(value, close);
    }
    const given = Object.entries(timeouts).filter(([, seconds]) => seconds !== 0);
    if (given.length > 0) resource.customTimeouts = Object.fromEntries(given);
    return resource;
  }
}

function hasSameFields(one: ResourceState, other: ResourceState): boolean {
  const names = Object.keys(other) as (keyof ResourceState)[];
  return names.length === Object.keys(one).length && names.every((name) => one[name] === other[name]);
}

/** What a deployment's file holds. */
export function textOfDeployment(deployment: Deployment): string {
  return `${JSON.stringify(deployment, undefined, 2)}\n`;
}

/** In the text of a deployment without resources; within strings there are no line breaks. */
const NONE = '\n    "resources": []';

/** The features of version 4 that this engine knows. The CLI writes that version as soon as a resource uses one. */
const knownFeatures = ["replaceWith", "taint"];

/** Why a parsed file is no deployment that can be rehearsed, all reasons at once. */
function deploymentProblems(deployment: Deployment): string[] {
  const { version, features = [] }: { version?: number; features?: string[] } = isData(deployment) ? deployment : {};
  const isOfVersion = version === 3 || version === 4;
  if (!isOfVersion || !isData(deployment.deployment)) {
    const lack = isOfVersion
      ? 'it has no "deployment", which holds the resources'
      : `its version is ${version ?? "missing"}`;
    return [`the state is not a Pulumi deployment of version 3 or 4 (${lack}): export it with \`pulumi stack export\``];
  }
  const problems: string[] = [];
  const unknown = features.filter((feature) => !knownFeatures.includes(feature));
  if (unknown.length > 0) problems.push(`cannot rehearse: the state's features ${unknown.join(", ")}`);
  const { resources = [], secrets_providers: secrets, pending_operations: pending = [] } = deployment.deployment;
  const noLists = Object.entries({ resources, pending_operations: pending }).filter(([, list]) => !Array.isArray(list));
  if (noLists.length > 0)
    return noLists.map(([name]) => `the ${name} of the state are no list: export it with \`pulumi stack export\``);
  const unresolved = pending.filter(({ type }) => !["creating", "updating", "deleting"].includes(type));
  if (unresolved.length > 0) {
    const urns = unresolved.map((operation) => `${operation.type} ${operation.resource.urn}`).join(", ");
    problems.push(
      `cannot rehearse: the state has pending operations (${urns}); resolve them with \`pulumi refresh\` first`,
    );
  }
  if (secrets !== undefined && secrets.type !== "" && secrets.type !== "passphrase") {
    problems.push(`cannot rehearse: secrets of the provider "${secrets.type}"; export the state with --show-secrets`);
  }
  for (const [i, resource] of resources.entries()) {
    if (typeof resource?.urn !== "string" || typeof resource.type !== "string")
      problems.push(`resource ${i} of the state has no urn or no type`);
  }
  return problems;
}
