import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { specProblems } from "../../lib/plan/problems";
import type { FleetSpec } from "../../lib/plan/spec";

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
