import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { certificatesRenewed, clocksRenewed } from "../../policy/rules/n1-030-certificates-renewed";
import type { Settings } from "../../policy/settings";
import type { PackRun } from "../../policy/trust/trustRule";
import { leaf, root } from "../trust/certificates";

const NOW = "2026-11-20T12:00:00.000Z";
const run = (shared: Settings = {}): PackRun => ({
  now: () => new Date(NOW),
  shared: () => shared,
  learn: () => undefined,
});
const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";

function found(
  props: object,
  config: object = {},
  type = SIGNED,
  policy = certificatesRenewed(run()) as StackValidationPolicy,
  beside: readonly object[] = [],
): string[] {
  const said: string[] = [];
  const resource = { type, name: "frankfurt-mesh", urn: "urn:frankfurt-mesh", props };
  const resources = [resource, ...beside.map((one) => ({ name: resource.name, ...one }))];
  const args = { resources, getConfig: () => config } as unknown as StackValidationArgs;
  void policy.validateStack(args, (message) => said.push(message));
  return said;
}

describe("certificates are renewed in time", () => {
  const window = { earlyRenewalHours: 720 };
  for (const [what, props, pattern] of [
    ["not due", { ...window, validityEndTime: "2027-02-01T00:00:00Z" }, undefined],
    ["due since a week", { ...window, validityEndTime: "2026-12-12T12:00:00Z" }, undefined],
    [
      "half of its window gone",
      { ...window, validityEndTime: "2026-12-05T12:00:00Z" },
      /frankfurt-mesh ends in 15 days, on 2026-12-05, and was to be renewed from 30 days/,
    ],
    ["over", { ...window, validityEndTime: "2026-11-10T12:00:00Z" }, /ended 10 days ago/],
    ["never renewed", { earlyRenewalHours: 0, validityEndTime: "2026-11-10T12:00:00Z" }, undefined],
    ["with no window", { validityEndTime: "2026-11-10T12:00:00Z" }, undefined],
    ["with an end that is no date", { ...window, validityEndTime: "soon" }, /no end that can be read/],
  ] as const) {
    it(`a certificate ${what}`, () => {
      const said = found(props);
      if (pattern === undefined) assert.deepEqual(said, []);
      else assert.match(said.join(), pattern);
    });
  }

  it("a certificate made anew in this run, whose end nobody knows yet", () => {
    const unknown = Object.defineProperty({ ...window }, "validityEndTime", {
      enumerable: true,
      get: () => assert.fail("the SDK throws where a value is unknown"),
    });
    assert.deepEqual(found(unknown), []);
  });

  it("is accepted until a day, with a reason", () => {
    const props = { ...window, validityEndTime: "2026-11-25T12:00:00Z" };
    const exception = { rule: "N1-030", reason: "the site is taken down", expires: "2026-11-24" };
    assert.deepEqual(found(props, { exceptions: [exception] }), []);
    assert.equal(found(props, { exceptions: [{ ...exception, expires: "2026-11-19" }] }).length, 1);
    const shared = certificatesRenewed(run({ exceptions: [exception] })) as StackValidationPolicy;
    assert.deepEqual(found(props, {}, SIGNED, shared), []);
    assert.deepEqual(found(props, { exceptions: [{ ...exception, rule: "TR-001" }] }, SIGNED, shared), []);
  });

  it("is about what a service has signed, too: the clock beside it is late", () => {
    const clock = { ...window, validityEndTime: "2026-12-01T12:00:00Z" };
    const type = "tls:index/selfSignedCert:SelfSignedCert";
    const clocks = clocksRenewed(run()) as StackValidationPolicy;
    assert.match(found(clock, {}, type, clocks).join(), /frankfurt-mesh ends in 11 days/);
    assert.deepEqual(found({ ...clock, isCaCertificate: true }, {}, type, clocks), []);
    assert.deepEqual(found({ ...clock, earlyRenewalHours: 0 }, {}, type, clocks), []);
  });

  for (const [type, property] of [
    ["aws:acmpca/certificate:Certificate", "certificate"],
    ["gcp:certificateauthority/certificate:Certificate", "pemCertificate"],
  ] as const) {
    it(`is about what stands in ${type}, too: a clock in time says nothing of what was not signed with it`, () => {
      const authority = root("shop root");
      const endingIn = (days: number) => {
        const start = new Date(Date.parse(NOW) - (90 - days) * 86_400_000);
        return { type, urn: `urn:${type}`, props: { [property]: leaf(authority, "mesh", {}, false, start).certPem } };
      };
      const clock = { ...window, validityEndTime: "2027-02-01T00:00:00Z" };
      const clocks = clocksRenewed(run()) as StackValidationPolicy;
      const beside = (...more: object[]) => found(clock, {}, "tls:index/selfSignedCert:SelfSignedCert", clocks, more);
      assert.match(beside(endingIn(14)).join(), /frankfurt-mesh ends in 14 days, on 2026-12-04, and was to be/);
      assert.match(beside(endingIn(-1)).join(), /frankfurt-mesh ended 1 days ago/);
      assert.deepEqual(beside(endingIn(60)), []);
      assert.deepEqual(beside({ ...endingIn(14), name: "another" }), []);
      assert.deepEqual(beside({ ...endingIn(14), props: {} }), [], "this very run makes it anew");
    });
  }

  it("is about signed certificates only: roots are exchanged, not renewed", () => {
    const root = { validityEndTime: "2026-11-21T12:00:00Z", earlyRenewalHours: 0, isCaCertificate: true };
    assert.deepEqual(found(root, {}, "tls:index/selfSignedCert:SelfSignedCert"), []);
  });
});
