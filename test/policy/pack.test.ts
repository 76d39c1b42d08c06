import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { policies, rules } from "../../policy/policies";
import { trustRules } from "../../policy/trust";
import { type Diagnostic, PackProcess, type SentResource } from "../support/packProcess";
import { eksPool, threeClusters } from "../support/programs";
import { eks, FLEET_TYPE, fleetOf, UNKNOWN_VALUE } from "./fakes";

const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
const LOSS = "n1-004-site-loss-aggregate";

/** The pack as an engine runs it: a process of its own, type-checked, over gRPC. */
describe("the pack", () => {
  let pack: PackProcess;
  before(async () => {
    pack = await PackProcess.start("policy");
  });
  after(() => pack.stop());

  const fleet = (spec: unknown) => pack.analyze({ type: FLEET_TYPE, name: "shop", props: { spec } });
  const mandatory = (found: { level: string; policy: string }[]) =>
    found.filter(({ level }) => level === "mandatory").map(({ policy }) => policy);

  it("says what its policies are", async () => {
    const info = await pack.info();
    assert.equal(info.name, "multisite");
    const named = info.policiesList.map(({ name }) => name);
    const names = [...rules.slice(0, -1), ...trustRules].map(({ name }) => name);
    const renewed = ["n1-030-certificates-renewed", "n1-031-renewal-clocks"];
    assert.deepEqual(named, ["multisite", ...names, ...renewed, "n1-019-stale-facts"]);
    for (const policy of info.policiesList) {
      assert.ok(policy.displayname && policy.description && policy.remediationSteps, policy.name);
      assert.ok(policy.severity > 0 && policy.tagsList.length > 0, policy.name);
      assert.ok(policy.configschema, policy.name);
    }
    const advisory = [
      ...["multisite", "n1-008-shared-dependency", "n1-012-replicas-prescaled", "n1-013-demand-truth"],
      ...["n1-014-upgrade-safety", "n1-015-failover-time", "n1-015-dns-providers"],
      ...["n1-015-single-front", "n1-032-public-certificate", "tr-008-public-certificate-ends"],
      "tr-009-root-ends",
    ];
    const levels = policies.map(({ name, enforcementLevel }) => [name, enforcementLevel]);
    assert.deepEqual(
      levels,
      named.map((name) => [name, advisory.includes(name) ? "advisory" : "mandatory"]),
    );
  });

  it("blocks a Fleet that does not hold, at the rule's level", async () => {
    await pack.configure();
    assert.deepEqual(mandatory(await fleet(fleetOf([50, 50, 49], 100))), [LOSS]);
    assert.deepEqual(mandatory(await fleet(fleetOf([50, 50, 50], 100))), []);
    await pack.configure({ [LOSS]: { level: "advisory" } });
    assert.deepEqual(mandatory(await fleet(fleetOf([50, 50, 49], 100))), []);
    assert.ok((await fleet(fleetOf([50, 50, 49], 100))).some(({ policy }) => policy === LOSS));
    await pack.configure({ [LOSS]: { level: "disabled" } });
    assert.deepEqual(
      (await fleet(fleetOf([50, 50, 49], 100))).filter(({ policy }) => policy === LOSS),
      [],
    );
  });

  it("stays mandatory when something is unknown", async () => {
    await pack.configure();
    const found = await fleet({ ...fleetOf([50, 50, 50], 100), sites: [eks(0, { nodes: UNKNOWN_VALUE }), eks(1, {})] });
    assert.ok(mandatory(found).includes("n1-002-capacity-known"));
    assert.ok(found.every(({ message }) => !message.includes("can't run")));
    const stack = await pack.analyzeStack(threeClusters([3, 3, UNKNOWN_VALUE]));
    assert.deepEqual(mandatory(stack).slice(-1), [LOSS]);
    assert.ok(stack.every(({ message }) => !message.includes("can't run")));
  });

  it("judges a stack: one node short, and with that node", async () => {
    await pack.configure();
    assert.deepEqual(mandatory(await pack.analyzeStack(threeClusters([3, 3, 2]))), [LOSS]);
    assert.deepEqual(mandatory(await pack.analyzeStack(threeClusters([3, 3, 3]))), []);
    assert.deepEqual(mandatory(await pack.analyzeStack(threeClusters([3, 3, 2]))), [LOSS]);
    assert.deepEqual(await pack.analyzeStack([{ type: "aws:s3/bucket:Bucket", name: "b" }]), []);
  });

  it("takes settings for all rules at once from the first policy, and for one rule from its own", async () => {
    const settings = { demand: { cpu: 10, memoryGiB: 10, pods: 10 } };
    await pack.configure({ multisite: { settings } });
    assert.deepEqual(mandatory(await pack.analyzeStack(threeClusters([3, 3, 2]))), []);
    await pack.configure({ multisite: { settings }, [LOSS]: { settings: { failuresToTolerate: 2 } } });
    // A rule's settings of its own are learnt when it is asked about a resource, which engines do before the stack.
    await fleet(fleetOf([50, 50, 50], 20));
    assert.deepEqual(mandatory(await pack.analyzeStack(threeClusters([3, 2, 2]))), [LOSS]);
  });

  it("tells what is wrong with the settings of any rule, once each", async () => {
    const exception = { rule: "N1-004", reason: "moving", expires: "2999-12-31" };
    const expired = { ...exception, rule: "TR-001", expires: "2001-01-01" };
    await pack.configure({
      multisite: { settings: { headrum: 1 } },
      [LOSS]: { settings: { headrom: 9, exceptions: [{ ...exception, expires: "2026-13-77" }] } },
      "me-001-mesh-identity": { settings: { exceptions: [{ ...exception, rule: "N1-044" }] } },
      "tr-001-root-kept": { settings: { exceptions: [expired] } },
      "tr-006-state-outside-sites": { settings: { stateRegions: "eu-west-1" } },
    });
    const told = (found: readonly Diagnostic[]) =>
      found
        .filter(({ policy }) => policy === "n1-019-stale-facts")
        .map(({ message }) => message.split("\n").at(-1) ?? "");
    const wrong = [
      /^Setting headrum is unknown \(did you mean headroom\?\)/,
      /^Setting headrom of n1-004-site-loss-aggregate is unknown \(did you mean headroom\?\)/,
      /^Exception of n1-004-site-loss-aggregate for N1-004 has no day to expire on \("2026-13-77"\)/,
      /^Exception of me-001-mesh-identity for N1-044, which is no rule here/,
      /^Exception of tr-001-root-kept for TR-001 expired 2001-01-01: moving$/,
      /^Setting stateRegions of tr-006-state-outside-sites is unknown \(did you mean stateRegion\?\)/,
    ];
    const declared = told(await fleet(fleetOf([50, 50, 50], 20)));
    const observed = told(await pack.analyzeStack(threeClusters([3, 3, 3])));
    for (const messages of [declared, observed]) {
      assert.deepEqual(messages.length, wrong.length, messages.join("\n"));
      for (const [i, text] of wrong.entries()) assert.match(messages[i] ?? "", text);
    }
    // An engine configures a pack once. Here each rule is asked again, so that it forgets.
    await pack.configure();
    await fleet(fleetOf([50, 50, 50], 20));
  });

  it("judges by every rule when the first policy is disabled", async () => {
    await pack.configure({ multisite: { level: "disabled" } });
    const scaled = { scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 6 } };
    const found = mandatory(await pack.analyzeStack(threeClusters([3, 3, 2], scaled)));
    assert.deepEqual(found, [LOSS, "n1-006-guaranteed-not-max"]);
  });

  it("accepts what an exception names, until its day", async () => {
    const exception = { rule: "N1-004", reason: "moving to larger machines", expires: "2999-12-31" };
    await pack.configure({ multisite: { settings: { exceptions: [exception] } } });
    assert.deepEqual(mandatory(await pack.analyzeStack(threeClusters([3, 3, 2]))), []);
    const expired = { ...exception, expires: "2001-01-01" };
    await pack.configure({ multisite: { settings: { exceptions: [expired] } } });
    const found = mandatory(await pack.analyzeStack(threeClusters([3, 3, 2])));
    assert.deepEqual(found, [LOSS, "n1-019-stale-facts"]);
  });

  describe("takes exceptions for the rules about certificates", () => {
    const root = { isCaCertificate: true, validityPeriodHours: 87_600, maxPathLength: 0, earlyRenewalHours: 0 };
    const wrong: readonly { readonly policy: string; readonly resource: SentResource }[] = [
      { policy: "tr-001-root-kept", resource: { type: SELF_SIGNED, name: "root", props: root } },
      {
        policy: "tr-002-certificate-terms",
        resource: { type: SIGNED, name: "leaf", props: { validityPeriodHours: 9600, earlyRenewalHours: 720 } },
      },
      {
        policy: "tr-005-rotation-legal",
        resource: { type: "multisite:index:Trust", name: "trust", props: { plan: { rotation: 7, sites: [] } } },
      },
      {
        policy: "tr-007-key-strength",
        resource: { type: "tls:index/privateKey:PrivateKey", name: "key", props: { algorithm: "RSA", rsaBits: 1024 } },
      },
    ];
    const until = (rule: string, expires = "2999-12-31") => ({ rule, reason: "an old client", expires });
    const found = async (policy: string, resource: SentResource) =>
      (await pack.analyze(resource)).filter((one) => one.policy === policy).length;

    for (const { policy, resource } of wrong) {
      it(policy, async () => {
        await pack.configure();
        assert.ok((await found(policy, resource)) > 0);
        const id = policy.slice(0, "tr-001".length).toUpperCase();
        for (const rule of [id, policy]) {
          await pack.configure({ multisite: { settings: { exceptions: [until(rule)] } } });
          assert.equal(await found(policy, resource), 0, rule);
          await pack.configure({ [policy]: { settings: { exceptions: [until(rule)] } } });
          assert.equal(await found(policy, resource), 0, rule);
        }
        for (const exception of [until(id, "2001-01-01"), until("N1-004"), { ...until(id), site: "oslo" }]) {
          await pack.configure({ multisite: { settings: { exceptions: [exception] } } });
          assert.ok((await found(policy, resource)) > 0, JSON.stringify(exception));
        }
      });
    }

    for (const [policy, type] of [
      ["n1-030-certificates-renewed", SIGNED],
      ["n1-031-renewal-clocks", SELF_SIGNED],
    ] as const) {
      it(`${policy}, and says which are in force where there are no sites`, async () => {
        const late = { type, name: "late", props: { earlyRenewalHours: 720, validityEndTime: "2001-01-01T00:00:00Z" } };
        await pack.configure();
        assert.deepEqual(mandatory(await pack.analyzeStack([late])), [policy]);
        const exceptions = [until(policy), until("N1-004")];
        await pack.configure({ multisite: { settings: { exceptions } } });
        const [note, ...others] = await pack.analyzeStack([late]);
        assert.deepEqual(others, []);
        assert.equal(note?.message.includes(`Exception for ${policy} until 2999-12-31: an old client`), true);
        assert.deepEqual(await pack.analyzeStack([{ type: "aws:s3/bucket:Bucket", name: "b" }]), []);
      });
    }
  });

  it("survives hostile resources", async () => {
    await pack.configure();
    const hostile = [
      eksPool("x", 3, { scalingConfig: "none", taints: 7, labels: [1], instanceTypes: { a: 1 }, launchTemplate: [] }),
      { type: "gcp:container/nodePool:NodePool", name: "y", props: { nodeLocations: 3, autoscaling: "yes" } },
      { type: "kubernetes:apps/v1:Deployment", name: "z", props: { spec: 7, metadata: [] } },
    ];
    const found = await pack.analyzeStack(hostile);
    assert.ok(mandatory(found).length > 0);
    assert.ok(found.every(({ message }) => !message.includes("could not be judged")));
  });
});
