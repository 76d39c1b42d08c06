import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { MeshPlan } from "../../../lib/plan/mesh";
import type { FleetSpec } from "../../../lib/plan/spec";
import { Canaries } from "../../support/canaries";
import { commandLine } from "../../support/commandLine";
import { type Ended, writeProgram } from "../../support/multisite";
import { existingSite } from "../../support/specs";
import { type Identity, leaf, root, sha256 } from "../../trust/certificates";
import { FakeApi } from "../../trust/fakeApi";
import { type FakeMeshSite, serveMesh } from "./fakeMesh";

export const NAMES = ["frankfurt", "dublin", "paris"] as const;
export type Name = (typeof NAMES)[number];

const cidrs = (number: number) => ({
  nodes: [`192.168.${number}.0/24`],
  pods: [`172.2${number}.0.0/16`],
  services: [`192.168.10${number}.0/24`],
});
const spec: FleetSpec = {
  sites: NAMES.map((name, index) =>
    existingSite(name, index + 1, { cidrs: cidrs(index + 1), endpoints: { mesh: [`192.168.${index + 1}.250`] } }),
  ),
  demand: { cpu: 4, memoryGiB: 8, pods: 20 },
  mesh: { mtuBytes: 1370 },
};

/** Sites that exist, so that the program loads no cloud's SDK. A rehearsal never calls what is in its credentials. */
const PROGRAM = `const { existing, Fleet } = require("pulumi-multisite");
const spec = ${JSON.stringify(spec)};
const kubeconfig = (name) => JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://" + name + ".example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] });
const pair = { certificate: "certificate", key: "key" };
const each = (of) => Object.fromEntries(spec.sites.map(({ name }) => [name, of(name)]));
new Fleet("sample", { kinds: [existing], spec, kubeconfigs: each(kubeconfig),
  meshCredentials: each(() => ({ server: pair, admin: pair, remote: pair, local: pair, roots: "roots" })) });
`;

/** A program of three sites in a mesh, and API servers that stand in for them. */
export class MeshFixture {
  readonly apis = Object.fromEntries(NAMES.map((name) => [name, new FakeApi()])) as Record<Name, FakeApi>;
  readonly plan: MeshPlan = fleetPlan(spec).mesh!;
  readonly #own: Identity = leaf(root("shop"), "mesh");
  readonly dir = mkdtempSync(join(tmpdir(), "multisite-mesh-"));

  async open(): Promise<void> {
    writeProgram(this.dir, PROGRAM);
    for (const name of NAMES) {
      await this.apis[name].listen();
      writeFileSync(join(this.dir, `${name}.kubeconfig`), this.apis[name].kubeconfig);
    }
  }

  close(): void {
    for (const name of NAMES) this.apis[name].close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** All sites are as planned, but for what is said of one. @returns what was run in their agents. */
  serve(changed: Partial<FakeMeshSite> & { readonly name?: Name } = {}): Map<Name, string[]> {
    return new Map(
      NAMES.map((name) => {
        const change = name === changed.name ? changed : {};
        return [name, serveMesh(this.apis[name], this.plan, { leaf: this.#own, ...change, name })];
      }),
    );
  }

  /** Runs `multisite mesh`, and finds no key and no token in what it says. */
  async mesh(...args: string[]): Promise<Ended> {
    const ended = await commandLine(["mesh", ...args]);
    const said = `${ended.stdout}${ended.stderr}`;
    const canaries = new Canaries().add("token", "S3CR3T-token").add(sha256(this.#own.certPem), this.#own.keyPem);
    assert.deepEqual(canaries.in(said), []);
    assert.doesNotMatch(said, /PRIVATE KEY|S3CR3T|^\s+at .*:\d+:\d+\)?$/m);
    return ended;
  }

  configs(names: readonly Name[] = NAMES): string[] {
    return names.flatMap((name) => ["--kubeconfig", `${name}=${join(this.dir, `${name}.kubeconfig`)}`]);
  }

  /** A busy machine answers late. */
  patient(names: readonly Name[] = NAMES): string[] {
    return ["--timeout", "120", ...this.configs(names)];
  }
}
