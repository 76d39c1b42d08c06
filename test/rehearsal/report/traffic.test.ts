import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createColors } from "picocolors";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { ResourceView } from "../../../rehearsal/engine";
import { reportTraffic, trafficText } from "../../../rehearsal/report/traffic";
import { threeClouds } from "../../support/traffic";

const colors = createColors(false);

/** The part of a report, with the endpoint's output as it is before or after `up`. */
function reported(nameServers: unknown, objectiveSeconds: number) {
  const { traffic, capacity } = fleetPlan(threeClouds({ objectiveSeconds }));
  const endpoint = { type: "multisite:index:GlobalEndpoint", outputs: { nameServers } } as unknown as ResourceView;
  return reportTraffic(traffic, capacity.routing, [endpoint]);
}

describe("traffic in a report", () => {
  it("knows no name servers while a zone has not said its own", () => {
    assert.equal(reported(undefined, 120)?.nameServers, null);
    assert.equal(reported(["ns-1.example.net", undefined], 120)?.nameServers, null);
    assert.doesNotMatch(trafficText(reported(undefined, 120), colors), /registrar/);
  });

  it("asks for nothing at the registrar where all zones exist", () => {
    const report = reported([], 120);
    assert.deepEqual(report?.nameServers, []);
    assert.doesNotMatch(trafficText(report, colors), /registrar/);
  });

  it("lists the name servers, and which service misses the objective", () => {
    const text = trafficText(reported(["ns-1.example.net", "ns-2.example.org"], 80), colors);
    assert.match(text, /At the registrar of example\.com.*\n {2}ns-1\.example\.net\n {2}ns-2\.example\.org/);
    assert.match(text, /route53 .* 66 +80 +by weight/);
    assert.match(text, /cloudDns .* 95 +80 missed +alike/);
    assert.match(text, /at most 95 s; the objective is 80 s, which it misses/);
  });
});
