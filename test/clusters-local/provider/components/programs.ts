import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { servePlugin } from "../../../../rehearsal/clouds/pluginServer";
import { openSession, type RunResult, type Session } from "../../../../rehearsal/engine";
import { constructMessage, constructResult } from "../../../../rehearsal/engine/pluginComponents";
import { connect, unary } from "../../../../rehearsal/engine/plugins";
import type { ConstructRequest, ProviderSource } from "../../../../rehearsal/engine/provider";
import { temporaryFolder } from "../../../support/folders";
import { project } from "../support";

/** A program whose first provider leads to the cluster of CASE_KUBECONFIG, and a session on it. */
export interface Program {
  readonly session: Session;
  /** Replaces the program. */
  write(code: string): void;
}

/** Objects in an order in which they cannot be made: a namespace and a definition come after what needs them. */
export const SHOP = `apiVersion: v1
kind: ConfigMap
metadata: { name: prices, namespace: shop }
data: { apple: "1" }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: case.example/v1
kind: Site
metadata: { name: one }
spec: { size: 3 }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: sites.case.example }
spec:
  group: case.example
  scope: Cluster
  names: { kind: Site, plural: sites }
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { size: { type: integer } } } } } }
`;

const header = `
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const { ConfigGroup, ConfigFile } = k8s.yaml.v2;
const provider = new k8s.Provider("cluster", { kubeconfig: process.env.CASE_KUBECONFIG });
const opts = { provider };
`;

/** Opens a program in a folder of its own, with files by their paths, in it or in its folder `m`. */
export async function openComponents(
  test: TestContext,
  source: (dir: string) => ProviderSource,
  code: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const root = temporaryFolder(test);
  const dir = join(root, "program");
  mkdirSync(join(dir, "m"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const write = (text: string) => writeFileSync(join(dir, "index.js"), header + text);
  write(code);
  project(root, dir, "case");
  const session = await openSession({ projectDir: dir, stack: "dev", passphrase: "case", sources: [source(dir)] });
  test.after(() => session.close());
  return { session, write };
}

/** Steps that do something, as `op name`, but for those of components and providers. */
export const done = ({ steps }: RunResult): string[] =>
  steps
    .filter(({ op, type }) => op !== "same" && /^kubernetes:.*\/v\d\w*:/.test(type) && !type.includes("yaml/"))
    .map(({ op, name }) => `${op} ${name}`)
    .sort();

export const found = (run: RunResult, name: string) => run.resources.find((resource) => resource.name === name);

/** What is wrong, or to be minded. */
export const said = ({ diagnostics }: RunResult): string[] =>
  diagnostics.filter(({ severity }) => severity !== "info").map(({ message }) => message.trim());

/** A source whose components are made by a plugin that is served to a CLI, spoken to by gRPC as a CLI does. */
export function overTheWire(test: TestContext, source: ProviderSource, folder: string): ProviderSource {
  return {
    fidelity: (type) => source.fidelity(type),
    async open(pkg, version, report) {
      const provider = await source.open(pkg, version, report);
      if (provider === undefined) return undefined;
      const construct = async (request: ConstructRequest) => {
        const server = await servePlugin(provider, { name: pkg, version, engine: request.engineAddress, folder });
        const client = connect(ResourceProviderClient, `127.0.0.1:${server.port}`);
        test.after(() => server.close());
        try {
          return constructResult(await unary(client.construct.bind(client), constructMessage(request)));
        } catch (error) {
          throw new Error((error as ServiceError).details);
        } finally {
          client.close();
        }
      };
      return new Proxy(provider, {
        get(target, name) {
          const value: unknown = name === "construct" ? construct : Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
}
