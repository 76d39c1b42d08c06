import { UserError } from "../userError";
import { deniedProvider } from "./generator";
import type { ConfigValue } from "./project";
import { type Goal, noOptions } from "./state";
import { providerPrefix } from "./urns";
import { makeSecret } from "./values";

/** The provider resources that the engine registers itself, for resources that name none: one per package and version. */
export class DefaultProviders {
  private readonly references = new Map<string, Promise<string>>();
  private readonly denied: Set<string>;

  /** @param register registers a goal and gives the reference of the provider that results. */
  constructor(
    private readonly config: Map<string, ConfigValue>,
    private readonly register: (goal: Goal) => Promise<string>,
  ) {
    this.denied = new Set(deniedPackages(config.get("pulumi:disable-default-providers")?.text ?? ""));
  }

  /** The reference of a package's default provider; one that stands for the refusal when the configuration denies it. */
  reference(pkg: string, version: string, url: string): Promise<string> {
    if (pkg !== "pulumi" && (this.denied.has("*") || this.denied.has(pkg)))
      return Promise.resolve(`${deniedProvider}${pkg}`);
    const key = `${pkg} ${version} ${url}`;
    let reference = this.references.get(key);
    if (reference === undefined) {
      reference = this.register(this.goal(pkg, version, url));
      this.references.set(key, reference);
    }
    return reference;
  }

  private goal(pkg: string, version: string, url: string): Goal {
    const inputs: Goal["inputs"] = {};
    for (const [key, { text, secret }] of this.config) {
      const [namespace, name] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
      if (namespace === pkg && pkg !== "pulumi") inputs[name] = secret ? makeSecret(text) : text;
    }
    if (version !== "") inputs.version = version;
    if (url !== "") inputs.__internal = { pluginDownloadURL: url };
    const name = ["default", version.replace(/\W/g, "_"), qualified(url)].filter((part) => part !== "").join("_");
    return {
      ...noOptions(),
      type: providerPrefix + pkg,
      name,
      custom: true,
      inputs,
      parent: "",
      dependencies: [],
      provider: "",
      additionalSecretOutputs: [],
    };
  }
}

/** A text as a name of the engine's that has parts, in its own way. */
function qualified(text: string): string {
  const parts = text.split("/").filter((part) => part !== "");
  return parts.map((part) => part.replace(/[^\w.-]/g, "_")).join("/");
}

function deniedPackages(text: string): string[] {
  if (text === "") return [];
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((each) => typeof each === "string")) return list.map((each) => each.trim());
  } catch {
    // Reported below, as a list of the wrong kind is.
  }
  throw new UserError(
    `pulumi:disable-default-providers is ${text}; it must be a JSON list of packages, such as ["*"] or ["aws"]`,
  );
}
