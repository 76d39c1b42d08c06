import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";
import { Fleet } from "../../lib";
import { eks, route53 } from "../../lib/aws";
import { aks } from "../../lib/azure";
import { cloudDns, gke } from "../../lib/gcp";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { specProblems } from "../../lib/plan/problems";
import type { FleetSpec } from "../../lib/plan/spec";
import { childrenOf, record } from "../support/graph";
import { threeClouds } from "../support/traffic";

const FOLDER = join(__dirname, "../../docs");
const pages = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));
const textOf = (page: string) => readFileSync(join(FOLDER, page), "utf8");

/** The specs of a page: its TypeScript blocks, each of which declares `spec`. */
function specsOf(page: string): FleetSpec[] {
  const blocks = [...textOf(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? "");
  return blocks.map((code) => {
    const plain = ts.transpile(`${code}; return spec;`, { target: ts.ScriptTarget.ES2022 });
    return new Function(plain)() as FleetSpec;
  });
}

/** What is protected of a site, by type, and what its page calls it. */
const PROTECTED: readonly (readonly [site: string, kind: string, words: Readonly<Record<string, string>>])[] = [
  ["frankfurt", "EKS", { Cluster: "cluster", Vpc: "VPC", Key: "keys", LogGroup: "log group", Eip: "public addresses" }],
  [
    "belgium",
    "GKE",
    {
      ...{ Cluster: "cluster", Network: "network", KeyRing: "key ring", CryptoKey: "key" },
      ...{ ProjectBucketConfig: "log bucket", Address: "public address" },
    },
  ],
  [
    "amsterdam",
    "AKS",
    {
      ...{
        ManagedCluster: "cluster",
        ResourceGroup: "resource group",
        VirtualNetwork: "VNet",
        Vault: "vault",
        Key: "key",
      },
      ...{ Workspace: "workspace", PublicIPAddress: "public address" },
    },
  ],
];

describe("the documentation", () => {
  for (const page of pages) {
    it(`${page}: its links lead somewhere`, () => {
      for (const [, target = ""] of textOf(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        assert.ok(existsSync(join(FOLDER, target)), `${page} links to ${target}`);
      }
    });

    it(`${page}: its specs can be planned, and hold`, () => {
      for (const spec of specsOf(page)) {
        assert.deepEqual(specProblems(spec), []);
        assert.equal(fleetPlan(spec).capacity.verdict, "holds");
      }
    });
  }

  it("describes every field that a spec may have", () => {
    const page = textOf("fleet-spec.md");
    const files = ["spec", "siteSpec", "poolSpec"].map((name) => join(FOLDER, `../lib/plan/${name}.ts`));
    const source = files.map((file) => readFileSync(file, "utf8")).join("\n");
    const file = ts.createSourceFile("spec.ts", source, ts.ScriptTarget.ES2022);
    const described = /^(FleetSpec|SiteCommon|BuiltSiteCommon|(Eks|Gke|Aks|Existing)SiteSpec|PoolSpec)$/;
    const fields = file.statements.flatMap((statement) =>
      ts.isInterfaceDeclaration(statement) && described.test(statement.name.text)
        ? statement.members.map((member) => member.name?.getText(file) ?? "")
        : [],
    );
    assert.ok(fields.length > 40, `${fields.length} fields`);
    for (const field of fields) assert.ok(page.includes(`\`${field}\``), `fleet-spec.md says nothing of ${field}`);
  });

  it("has examples that the package brings, and that stand alone once they are copied from it", () => {
    const { files } = JSON.parse(readFileSync(join(FOLDER, "../package.json"), "utf8")) as { files: string[] };
    assert.ok(files.includes("examples"));
    for (const name of readdirSync(join(FOLDER, "../examples"))) {
      const settings = JSON.parse(readFileSync(join(FOLDER, "../examples", name, "tsconfig.json"), "utf8")) as object;
      assert.deepEqual(Object.keys(settings), ["compilerOptions"], name);
    }
  });

  it("names all of a site that is protected", async () => {
    const program = { spec: threeClouds(), kinds: [eks, gke, aks], services: [route53, cloudDns] };
    const graph = await record(() => void new Fleet("shop", program), { preview: true });
    const rows = textOf("sites.md").split("\n");
    for (const [site, kind, words] of PROTECTED) {
      const own = childrenOf(graph, graph.one("multisite:index:Site", site).urn).filter(({ protect }) => protect);
      assert.deepEqual(
        [...new Set(own.map(({ type }) => type.split(":").at(-1)))].sort(),
        Object.keys(words).sort(),
        kind,
      );
      const row = rows.slice(rows.indexOf("## What is protected")).find((line) => line.startsWith(`| ${kind} |`)) ?? "";
      const cell = row.split("|")[2] ?? "";
      for (const word of Object.values(words)) assert.match(cell, new RegExp(`\\b${word}\\b`), kind);
    }
  });

  it("gives the addresses that the plan gives", () => {
    const [spec] = specsOf("addresses.md");
    assert.ok(spec !== undefined);
    const [frankfurt, ireland] = fleetPlan(spec).sites;
    assert.equal(frankfurt?.addresses.block, "10.66.0.0/16");
    assert.equal(ireland?.addresses.block, "10.67.0.0/16");
    const [usual] = fleetPlan({ ...spec, addresses: {} }).sites;
    const table = textOf("addresses.md").replaceAll("10.n.", "10.2.");
    const { network, nodeCidr, loadBalancerCidr, controlPlaneCidr, serviceCidr, podCidr, dnsServiceIp } =
      usual?.addresses ?? assert.fail("site 2 is planned");
    for (const cidr of [network, nodeCidr, loadBalancerCidr, controlPlaneCidr, serviceCidr, podCidr, dnsServiceIp]) {
      assert.ok(table.includes(`\`${cidr}\``), `addresses.md says nothing of ${cidr}`);
    }
  });
});
