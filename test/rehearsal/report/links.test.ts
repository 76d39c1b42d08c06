import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import Ajv from "ajv";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { SiteSpec } from "../../../lib/plan/spec";
import type { UnderlaySpec } from "../../../lib/plan/underlay";
import { linksText, reportLinks } from "../../../rehearsal/report/links";
import { ROOT } from "../../support/multisite";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";

const schema = JSON.parse(readFileSync(join(ROOT, "rehearsal", "report", "schema.json"), "utf8"));
const valid = new Ajv({ allowUnionTypes: true }).compile(schema.properties.links);

const plain = (text: string) => text;
const colors = { red: plain, green: plain, yellow: plain, bold: plain, dim: plain } as never;

const rack = existingSite("rack", 9, { endpoints: { mesh: ["192.168.16.9"] } });
const three = (): SiteSpec[] => [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];

function reported(sites: SiteSpec[], underlay: UnderlaySpec | undefined) {
  const links = reportLinks(fleetPlan(fleetSpec(sites, { ...(underlay && { underlay }) })).underlay);
  assert.ok(valid(links), JSON.stringify(valid.errors));
  return { links, lines: linksText(links, colors).split("\n") };
}

describe("what is printed of links", () => {
  it("is nothing where none are asked for", () => {
    assert.deepEqual(reported(three(), undefined), { links: null, lines: [""] });
  });

  it("has every link, and each pair that nothing links with the line to add", () => {
    const links = [
      { between: ["frankfurt", "rack"], kind: "interconnect" as const, mtuBytes: 1390, bandwidthMbps: 500 },
    ];
    const { lines } = reported([...three(), rack], { links });
    assert.deepEqual(lines.slice(0, 6), [
      "Links (each two networks directly; the narrowest passes 1390 bytes)",
      "  LINK                  KIND          MADE IN           MTU  MBIT/S  ONE TUNNEL LOST  TUNNELS",
      "  belgium--amsterdam    vpn           links-gcp-azure  1400    1250             1000        2",
      "  frankfurt--amsterdam  vpn           links-aws-azure  1399    1250             1250        4",
      "  frankfurt--belgium    vpn           links-aws-gcp    1399    4000             3000        4",
      "  frankfurt--rack       interconnect  by the team      1390     500",
    ]);
    assert.equal(lines[6], "Missing:");
    assert.match(lines[7] ?? "", /^ {2}- Nothing links belgium and rack: .* between: \["belgium", "rack"\]/);
    assert.match(lines[8] ?? "", /^ {2}- Nothing links amsterdam and rack/);
    assert.equal(lines.length, 9);
  });

  it("says what is attached to hubs, and which of them to pin", () => {
    const more = [
      eksSite("dublin", 4, { region: "eu-west-1" }),
      gkeSite("eemshaven", 5, { region: "europe-west4" }),
      aksSite("cork", 6, { region: "northeurope" }),
    ];
    const { links, lines } = reported([...three(), ...more], { topology: "hubs" });
    assert.equal(links?.attached.length, 6);
    assert.match(
      lines[0] ?? "",
      /^Links \(6 networks at the wide area networks of their clouds, clouds by hubs; .* 1399/,
    );
    assert.equal(lines.filter((line) => line.includes("-hub-")).length, 12);
    assert.match(lines.join("\n"), /Note:\n {2}- The hubs of aws are .*: pin them with underlay\.hubs\.aws/);
  });

  it("leaves what is too long for a screen to JSON", () => {
    const sites = Array.from({ length: 14 }, (_, index) => eksSite(`s${index + 1}`, index + 1));
    const racks = [1, 2].map((n) =>
      existingSite(`rack${n}`, 20 + n, {
        cidrs: { nodes: [`192.168.${n}.0/24`], pods: [`172.2${n}.0.0/16`], services: [`192.168.1${n}.0/24`] },
        endpoints: { mesh: [`192.168.${n}.9`] },
      }),
    );
    const { lines } = reported([...sites, ...racks], { topology: "mesh" });
    assert.ok(lines.includes("  ... and 79 links more: --json has all"), lines.join("\n"));
    assert.ok(lines.includes("  ... and 17 pairs more: --json has all"), lines.join("\n"));
  });
});
