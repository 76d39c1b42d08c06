import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { openSession, type Session, type SessionOptions } from "../../../rehearsal/engine";
import { labProject, labSource } from "./lab";

/** Makes `comp:index:Pair`: two things, the second of which `single` leaves out, and one that `fail`, `die` or `hang` may spoil. */
const pair = `
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.CustomResource { constructor(n, a, o) { super("lab:index:Thing", n, { ref: undefined, ...a }, o); } }
class Pair extends pulumi.ComponentResource {
  constructor(name, args, options) {
    super("comp:index:Pair", name, args, options);
    const left = new Thing(name + "-left", { note: args.note, kind: args.kind }, { parent: this });
    if (args.single !== true) new Thing(name + "-right", { of: left.ref }, { parent: this });
    this.ref = left.ref;
    this.note = pulumi.output(args.note);
    this.registerOutputs({ ref: this.ref, note: this.note });
  }
}
const provider = {
  version: "1.0.0",
  async construct(name, type, inputs, options) {
    if (type !== "comp:index:Pair") throw new Error("unknown resource type " + type);
    if (inputs.fail === true) throw new Error("cannot be made with " + new pulumi.Config().get("mood"));
    if (inputs.fail === "input") throw new pulumi.InputPropertyError({ propertyPath: "kind", reason: "is not to my taste" });
    const pair = new Pair(name, inputs, options);
    pulumi.log.warn("a pair is made", pair);
    if (inputs.die === true) { await pair.urn.promise(); process.exit(3); }
    if (inputs.hang === true) await new Promise(() => setInterval(() => undefined, 1000));
    return { urn: pair.urn, state: { ref: pair.ref, note: pair.note } };
  },
  async call(token, inputs) {
    if (inputs.fail === true) throw new Error("no answer");
    if (inputs.refuse === true) return { failures: [{ property: "refuse", reason: "as asked" }] };
    return { outputs: { token, echo: inputs.say, project: pulumi.getProject(), dry: pulumi.runtime.isDryRun() } };
  },
};
pulumi.provider.main(provider, process.argv.slice(2));
`;

const javascriptPlugin = {
  "package.json": '{ "name": "comp", "version": "1.0.0", "main": "index.js" }',
  "index.js": pair,
};

/** Makes `comp:index:Named` of a class, as a package of components does. */
export const typescriptPlugin = {
  "package.json": '{ "name": "comp", "version": "0.1.0", "main": "index.ts" }',
  "tsconfig.json":
    '{ "compilerOptions": { "strict": true, "target": "ES2020", "module": "commonjs", "skipLibCheck": true } }',
  "index.ts": `
import * as pulumi from "@pulumi/pulumi";
import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
class Thing extends pulumi.CustomResource {
  public readonly ref!: pulumi.Output<string>;
  constructor(name: string, args: { note: pulumi.Input<string> }, options: pulumi.CustomResourceOptions) {
    super("lab:index:Thing", name, { ref: undefined, ...args }, options);
  }
}
export interface NamedArgs { note: pulumi.Input<string> }
export class Named extends pulumi.ComponentResource {
  public readonly ref: pulumi.Output<string>;
  constructor(name: string, args: NamedArgs, options?: pulumi.ComponentResourceOptions) {
    super("comp:index:Named", name, args, options);
    this.ref = new Thing(name + "-thing", { note: args.note }, { parent: this }).ref;
    this.registerOutputs({ ref: this.ref });
  }
}
componentProviderHost({ name: "comp", components: [Named] });
`,
};

/** The program's side of `comp:index:Pair`. */
const header = `
class Pair extends pulumi.ComponentResource {
  constructor(n, a, o) { super("comp:index:Pair", n, { ref: undefined, note: undefined, ...a }, o, true); }
  say(args) { return pulumi.runtime.call("comp:index:Pair/say", { __self__: this, ...args }, this); }
}
`;

/** Runs `work` with a session on a program whose project names the plugin's folder among its packages. */
export async function withPlugin(
  code: string,
  work: (session: Session, project: { dir: string; write(code: string): void }, calls: string[]) => Promise<void>,
  options: Partial<SessionOptions> = {},
  files: Readonly<Record<string, string>> = javascriptPlugin,
): Promise<void> {
  const project = labProject(header + code);
  const calls: string[] = [];
  try {
    const folder = path.join(project.dir, "comp");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "PulumiPlugin.yaml"), "runtime: nodejs\n");
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const settings = {
      name: "program",
      runtime: { name: "nodejs", options: { typescript: false } },
      packages: { comp: "./comp", other: "pulumi/other@1.2.3" },
    };
    writeFileSync(path.join(project.dir, "Pulumi.yaml"), JSON.stringify(settings));
    const given = { projectDir: project.dir, stack: "dev", sources: [labSource(calls)], passphrase: "lab" };
    const session = await openSession({ ...given, ...options });
    try {
      await work(session, { dir: project.dir, write: (text) => project.write(header + text) }, calls);
    } finally {
      await session.close();
    }
  } finally {
    project.remove();
  }
}
