import assert from "node:assert/strict";
import { test } from "node:test";
import { specProblems } from "../../lib/plan/problems";
import type { FleetSpec, SiteSpec } from "../../lib/plan/spec";
import { walk } from "../../lib/plan/waves";
import { eksSite, existingSite, fleetSpec, gkeSite } from "../support/specs";

const belgium = gkeSite("belgium", 2);

/** What is wrong with a fleet of this site and another, in one mesh. */
function said(site: SiteSpec, change: object = {}, other: SiteSpec = belgium): string[] {
  const spec = fleetSpec([site, other], { mesh: {}, ...change } as Partial<FleetSpec>);
  return specProblems(spec).map(({ path, message }) => `${path} ${message}`);
}

const frankfurt = (number = 1, change: Partial<SiteSpec> = {}) => eksSite("frankfurt", number, change as object);
const reachable = existingSite("basel", 2, { endpoints: { mesh: ["192.168.16.9"] } });
const asked = (mesh: object) => said(frankfurt(), { mesh });
const linked = (more: object = {}) => ({
  underlay: { links: [{ between: ["frankfurt", "basel"], kind: "vpn", ...more }] },
});

const REFUSED: readonly (readonly [string, () => string[], RegExp])[] = [
  ["an id of 0", () => said(frankfurt(0)), /^sites\[0\]\.number is 0: give a whole number, 1 to 511/],
  ["an id given twice", () => said(frankfurt(2)), /^sites\[1\]\.number is 2, which sites\[0\] has already/],
  [
    "an id out of range",
    () => said(frankfurt(256)),
    /^sites\[0\]\.number is 256: give 1 to 255, or set addresses\.maximumSites/,
  ],
  [
    "a name of 33 letters",
    () => said(eksSite("a".repeat(33), 1)),
    /^sites\[0\]\.name is "a{33}": give a name of 1 to 32/,
  ],
  ["the name of nobody", () => said(eksSite("default", 1)), /^sites\[0\]\.name is "default": .*and not "default"/],
  [
    "ranges that overlap",
    () => said(frankfurt(1, { block: "10.2.0.0/16" })),
    /^sites\[1\]\.number gives the block 10\.2\.0\.0\/16, which overlaps/,
  ],
  [
    "a range that is not canonical",
    () => said(frankfurt(1, { block: "10.1.1.0/16" })),
    /^sites\[0\]\.block is "10\.1\.1\.0\/16".*give "10\.1\.0\.0\/16"/,
  ],
  ["ENI", () => asked({ eni: { enabled: true } }), /^mesh\.eni would give EKS pods the VPC's addresses.*remove it/],
  ["GKE's own routing", () => asked({ gke: { enabled: true } }), /^mesh\.gke would route pods natively.*remove it/],
  ["chaining", () => asked({ chaining: "aws-cni" }), /^mesh\.chaining would put Cilium behind another CNI.*remove it/],
  ["another datapath", () => asked({ routingMode: "native" }), /^mesh\.routingMode would choose a datapath.*remove it/],
  [
    "Cilium below 1.19",
    () => asked({ ciliumVersion: "1.18" }),
    /^mesh\.ciliumVersion is "1\.18": give one of "1\.19", "1\.20"/,
  ],
  [
    "backends for ever",
    () => asked({ cacheTtlSeconds: 0 }),
    /^mesh\.cacheTtlSeconds is 0: give a whole number, 30 to 3600/,
  ],
  [
    "a site without an address for its mesh API",
    () => said(frankfurt(), { mesh: { mtuBytes: 1370 } }, existingSite("basel", 2)),
    /^sites\[1\]\.endpoints\.mesh is missing: peers reach the mesh API of "basel" by an internal address/,
  ],
  [
    "an address that peers reach by the internet only",
    () =>
      said(
        frankfurt(),
        { mesh: { mtuBytes: 1370 } },
        existingSite("basel", 2, { endpoints: { mesh: ["203.0.114.7"] } }),
      ),
    /^sites\[1\]\.endpoints\.mesh\[0\] is "203\.0\.114\.7", a public address/,
  ],
  [
    "links of which nobody knows the MTU",
    () => said(frankfurt(), {}, reachable),
    /^mesh\.mtuBytes is missing: nobody but you knows/,
  ],
  [
    "a VPN without an MTU",
    () => said(frankfurt(), linked(), reachable),
    /^underlay\.links\[0\]\.mtuBytes is missing: .* the vpn between frankfurt and basel/,
  ],
  [
    "an address for its mesh API that no link routes",
    () =>
      said(
        frankfurt(),
        linked({ mtuBytes: 1390 }),
        existingSite("basel", 2, { endpoints: { mesh: ["192.168.99.9"] } }),
      ),
    /^sites\[1\]\.endpoints\.mesh\[0\] is "192\.168\.99\.9", which is in none of the site's node CIDRs \(192\.168\.16\.0/,
  ],
  [
    "a withdrawer where nobody follows anybody",
    () => asked({ implementation: "none", withdrawer: {} }),
    /^mesh\.withdrawer is given while mesh\.implementation is "none"/,
  ],
  [
    "a gate where nobody follows anybody",
    () => asked({ implementation: "none", gate: "all" }),
    /^mesh\.gate is "all" while mesh\.implementation is "none"/,
  ],
];

for (const [title, problems, message] of REFUSED) {
  test(`a mesh refuses ${title}`, () => {
    const found = problems();
    assert.match(found[0] ?? "nothing is refused", message, found.join("\n"));
  });
}

test("the same sites with nothing wrong are taken", () => {
  assert.deepEqual(said(frankfurt()), []);
  assert.deepEqual(said(frankfurt(), { mesh: { mtuBytes: 1370 } }, reachable), []);
  assert.deepEqual(said(frankfurt(), linked({ mtuBytes: 1390 }), reachable), []);
});

test("a site's number and name are its own for life, and the refusal says what a change would restart", () => {
  const before = fleetSpec([frankfurt(), belgium], { mesh: {} });
  const change = (site: SiteSpec) =>
    walk(before, fleetSpec([site, belgium], { mesh: {} })).problems.map(({ path, message }) => `${path} ${message}`);
  assert.match(
    change(frankfurt(3))[0] ?? "",
    /^sites\[0\]\.number was 1 and is 3, which restarts all of its workloads/,
  );
  assert.match(
    change(eksSite("zurich", 1))[0] ?? "",
    /^sites\[0\]\.name was "frankfurt" and is "zurich", which restarts all/,
  );
});
