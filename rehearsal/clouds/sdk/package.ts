import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { nearest } from "../../../lib/plan/nearest";
import { Declarations, enclosed } from "./declarations";
import { parseShape, type Shape } from "./typeExpression";

/** What the SDK says about one resource type. */
export interface ResourceSchema {
  token: string;
  /** Arguments of the constructor; a property that is not optional is required. */
  inputs: Shape;
  /** Everything that the resource has once it exists, inputs included where the cloud echoes them. */
  outputs: Shape;
  /** Outputs that are secret always. */
  secretOutputs: ReadonlySet<string>;
}

/** What the SDK says about one function. */
export interface FunctionSchema {
  token: string;
  inputs: Shape;
  outputs: Shape;
}

const NOTHING: Shape = new Map();

/** Packages by folder: what is installed does not change while a process runs, and reading it once is enough. */
const opened = new Map<string, SdkPackage>();

/**
 * A package of generated SDK code, as the program has it installed: `@pulumi/aws` and its like. Every type is read when it
 * is first asked for, and then kept.
 */
export class SdkPackage {
  readonly declarations: Declarations;
  private readonly folders = new Map<string, ReadonlyMap<string, string>>();
  private readonly resources = new Map<string, ResourceSchema | undefined>();
  private readonly functions = new Map<string, FunctionSchema | undefined>();
  private providerSchema: Shape | undefined;

  private constructor(
    /** The package's name as in type tokens, such as `azure-native`. */
    readonly name: string,
    /** The version that is installed. */
    readonly version: string,
    private readonly folder: string,
  ) {
    this.declarations = new Declarations(folder);
  }

  /**
   * Opens the installed package of a name.
   * @param roots folders in which to look for `node_modules`, in turn, each with all folders above it.
   * @returns undefined when none of them has it, or when it is not generated SDK code.
   */
  static open(name: string, roots: readonly string[]): SdkPackage | undefined {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
    for (const root of roots) {
      for (let at = resolve(root); ; at = dirname(at)) {
        const folder = join(at, "node_modules", "@pulumi", name);
        const manifest = join(folder, "package.json");
        if (existsSync(manifest)) {
          const { version, pulumi } = JSON.parse(readFileSync(manifest, "utf8"));
          if (pulumi?.resource !== true || !existsSync(join(folder, "provider.js"))) return undefined;
          // Programs of one checkout share its packages by links, which may go before the packages do.
          const real = realpathSync(folder);
          const key = `${real} ${version}`;
          const known = opened.get(key) ?? new SdkPackage(name, version, real);
          opened.set(key, known);
          return known;
        }
        if (dirname(at) === at) break;
      }
    }
    return undefined;
  }

  /** The schema of a resource type; undefined when the package has no such type. */
  resource(token: string): ResourceSchema | undefined {
    if (!this.resources.has(token)) this.resources.set(token, this.readResource(token));
    return this.resources.get(token);
  }

  /** The schema of a function; undefined when the package has no such function. */
  function(token: string): FunctionSchema | undefined {
    if (!this.functions.has(token)) this.functions.set(token, this.readFunction(token));
    return this.functions.get(token);
  }

  /** The arguments of the package's provider resource. */
  provider(): Shape {
    this.providerSchema ??= interfaceOf(readFileSync(join(this.folder, "provider.d.ts")), "ProviderArgs");
    return this.providerSchema;
  }

  /** True when the package has types of this module, such as `core/v1`. */
  hasModule(module: string): boolean {
    const folder = this.moduleFolder(module);
    for (const file of new Set(this.listing(folder).values())) {
      const token = this.tokenIn(join(folder, `${file}.js`));
      if (token !== undefined) return token.split(":")[1]?.split("/").slice(0, 2).join("/") === module;
    }
    return false;
  }

  /** Every resource type of the package. It reads the whole package: for tests, and for suggestions only. */
  tokens(): string[] {
    return this.modules().flatMap((folder) =>
      [...new Set(this.listing(folder).values())].flatMap((file) => this.tokenIn(join(folder, `${file}.js`)) ?? []),
    );
  }

  /** The type of the package that a token most likely meant: a type of its module, else of any. */
  suggest(token: string): string | undefined {
    const [, module = "", type = ""] = token.split(":");
    const here = this.listing(
      this.moduleFolder(
        module
          .split("/")
          .slice(0, this.name === "kubernetes" ? 2 : 1)
          .join("/"),
      ),
    );
    const close = nearest(type, here.keys());
    const found =
      close === undefined
        ? undefined
        : this.tokenIn(join(this.moduleFolder(this.ownModule(token)), `${here.get(close)}.js`));
    if (found !== undefined) return found;
    for (const folder of this.modules()) {
      const file = this.listing(folder).get(type.toLowerCase());
      const elsewhere = file === undefined ? undefined : this.tokenIn(join(folder, `${file}.js`));
      if (elsewhere !== undefined) return elsewhere;
    }
    return undefined;
  }

  private readResource(token: string): ResourceSchema | undefined {
    const found = this.locate(token);
    if (found === undefined) return undefined;
    const code = readFileSync(`${found.file}.js`, "utf8");
    if (!code.includes(`__pulumiType = '${token}'`)) return undefined;
    const declaration = readFileSync(`${found.file}.d.ts`);
    const className = /exports\.(\w+) = void 0/.exec(code)?.[1] ?? found.type;
    const body = enclosed(declaration, `export declare class ${className} extends pulumi.CustomResource {`);
    if (body === undefined) return undefined;
    const secrets = /additionalSecretOutputs: \[([^\]]*)\]/.exec(code)?.[1] ?? "";
    return {
      token,
      inputs: interfaceOf(declaration, `${className}Args`),
      outputs: parseShape(body),
      secretOutputs: new Set([...secrets.matchAll(/"([^"]+)"/g)].map((match) => match[1]!)),
    };
  }

  private readFunction(token: string): FunctionSchema | undefined {
    const found = this.locate(token);
    if (found === undefined) return undefined;
    const code = readFileSync(`${found.file}.js`, "utf8");
    if (!code.includes(`invoke("${token}"`)) return undefined;
    const declaration = readFileSync(`${found.file}.d.ts`);
    const stem = found.type.charAt(0).toUpperCase() + found.type.slice(1);
    return {
      token,
      inputs: interfaceOf(declaration, `${stem}Args`),
      outputs: interfaceOf(declaration, `${stem}Result`),
    };
  }

  private locate(token: string): { file: string; type: string } | undefined {
    const [pkg, , type] = token.split(":");
    if (pkg !== this.name || type === undefined) return undefined;
    const folder = this.moduleFolder(this.ownModule(token));
    const files = this.listing(folder);
    // A type called Index cannot lie in index.js, which is the module's own.
    const file = files.get(`${type.toLowerCase()}_`) ?? files.get(type.toLowerCase());
    return file === undefined ? undefined : { file: join(this.folder, folder, file), type };
  }

  /** `eks/cluster` says module and file; with Kubernetes `core/v1` is the module. */
  private ownModule(token: string): string {
    const module = token.split(":")[1] ?? "";
    return this.name === "kubernetes" ? module : module.split("/")[0]!;
  }

  /** Kubernetes groups lie in folders named after their first label: `rbac.authorization.k8s.io/v1` in `rbac/v1`. */
  private moduleFolder(module: string): string {
    if (module === "index" || !/^[\w.-]+(\/[\w.-]+)*$/.test(module) || module.includes("..")) return "";
    return module.replace(/^([\w-]+)\.[\w.-]+\//, "$1/");
  }

  private modules(): string[] {
    const folders = [""];
    for (const folder of folders) {
      for (const entry of readdirSync(join(this.folder, folder), { withFileTypes: true })) {
        const skip = ["node_modules", "types", "scripts", "config"].includes(entry.name);
        if (entry.isDirectory() && !skip) folders.push(join(folder, entry.name));
      }
    }
    return folders;
  }

  /** File names of a folder without their ending, by lower-case name: the SDK spells `IPAllocation` as `ipallocation`. */
  private listing(folder: string): ReadonlyMap<string, string> {
    const known = this.folders.get(folder);
    if (known !== undefined) return known;
    const path = join(this.folder, folder);
    const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".d.ts")) : [];
    const files = new Map(names.map((name) => [name.slice(0, -5).toLowerCase(), name.slice(0, -5)]));
    this.folders.set(folder, files);
    return files;
  }

  private tokenIn(file: string): string | undefined {
    const code = readFileSync(join(this.folder, file), "utf8");
    if (!/extends pulumi\.CustomResource/.test(code)) return undefined;
    return /__pulumiType = '([^']+)'/.exec(code)?.[1];
  }
}

function interfaceOf(file: Buffer, name: string): Shape {
  const body = enclosed(file, `export interface ${name} {`);
  return body === undefined ? NOTHING : parseShape(body);
}
