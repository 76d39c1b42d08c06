import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { specProblems } from "../../../lib/plan/problems";
import {
  compromisedPlan,
  expulsion,
  following,
  type Gate,
  legalSteps,
  peeringGates,
  phaseOf,
  type ReachedSite,
  type RotationSubject,
  rotationProblems,
  type SiteTrustFacts,
  type TrustFacts,
  type TrustRotation,
  type TrustStep,
  withExpelled,
  withoutExpelled,
} from "../../../lib/plan/trustPhases";
import { twoRegions } from "../../support/specs";

const NOW = "2026-11-20T12:00:00.000Z";
const SITES = ["eu", "us", "ap"];
const EARLIER = "2026-11-20T10:00:00.000Z";

/** A site that trusts the given roots, everywhere rolled, and is issued from one. */
function site(roots: readonly string[], leaf: string, change: Partial<ReachedSite> = {}): ReachedSite {
  const hash = roots.join("+");
  return {
    reached: true,
    seenAt: "2026-11-20T11:59:00.000Z",
    revision: 9,
    bundles: [
      {
        where: "kube-system/ConfigMap/roots",
        hash,
        roots: roots.map((name) => ({
          fingerprint: `${name}-key`,
          subject: name,
          generation: name,
          notAfter: "2036-01-01T00:00:00Z",
        })),
        writtenAt: EARLIER,
      },
    ],
    leaves: [
      {
        where: "kube-system/server",
        subject: "server",
        issuer: leaf,
        generation: leaf,
        isIssuer: false,
        notBefore: EARLIER,
        notAfter: "2027-01-01T00:00:00Z",
      },
    ],
    consumers: [
      {
        where: "kube-system/DaemonSet/cilium",
        desired: 1,
        pods: [{ name: "cilium-0", hash, ready: true, startedAt: "2026-11-20T11:00:00.000Z" }],
      },
    ],
    ...change,
  };
}

function facts(sites: Record<string, SiteTrustFacts>, collectedAt = "2026-11-20T11:59:00.000Z"): TrustFacts {
  return { version: 1, collectedAt, sites };
}

function every(one: ReachedSite, other: Record<string, SiteTrustFacts> = {}): TrustFacts {
  return facts({ ...Object.fromEntries(SITES.map((name) => [name, one])), ...other });
}

function subject(rotation: Partial<TrustRotation>, states: Record<string, "lost"> = {}): RotationSubject {
  const given = { revision: 9, generations: [{ name: "g1", state: "active" as const }], ...rotation };
  return { rotation: given, sites: SITES.map((name) => ({ name, state: states[name] ?? "active" })) };
}

const STEADY = subject({});
const DISTRIBUTED = subject({
  generations: [
    { name: "g1", state: "active" },
    { name: "g2", state: "next" },
  ],
  bundleSince: 9,
});
const SETTLED = subject({
  generations: [
    { name: "g1", state: "retiring" },
    { name: "g2", state: "active" },
  ],
  bundleSince: 5,
});

function unmet(step: TrustStep | undefined): string[] {
  assert.ok(step);
  return say(step.gates);
}

function say(gates: readonly Gate[]): string[] {
  return gates.filter(({ met }) => !met).map(({ site: at, seen }) => (at === undefined ? seen : `${at}: ${seen}`));
}

describe("the steps of a rotation", () => {
  it("are distribute, one issue a site, withdraw; each changes one thing of the data", () => {
    let at = STEADY;
    const path: string[] = [];
    const worlds = [every(site(["g1"], "g1")), every(site(["g1", "g2"], "g1", { revision: 10 }))];
    for (const world of worlds) {
      const [step] = legalSteps(at, world, NOW).forward;
      assert.deepEqual(unmet(step), []);
      path.push(`${step!.kind} ${step!.site ?? step!.generation}`);
      at = { ...at, rotation: step!.to };
      assert.equal(at.rotation.revision, 9 + path.length);
    }
    const moved: Record<string, SiteTrustFacts> = { eu: site(["g1", "g2"], "g2", { revision: 12 }) };
    const old = site(["g1", "g2"], "g1", { revision: 10 });
    for (const name of ["us", "ap"]) {
      const [step] = legalSteps(at, facts({ eu: old, us: old, ap: old, ...moved }), NOW).forward;
      assert.deepEqual(unmet(step), []);
      path.push(`${step!.kind} ${step!.site}`);
      at = { ...at, rotation: step!.to };
      moved[name] = site(["g1", "g2"], "g2", { revision: 13 });
    }
    assert.deepEqual(at.rotation.generations, SETTLED.rotation.generations);
    const [last] = legalSteps(at, every(site(["g1", "g2"], "g2", { revision: 13 })), NOW).forward;
    assert.deepEqual(unmet(last), []);
    path.push(`${last!.kind} ${last!.generation}`);
    assert.deepEqual(path, ["distribute g2", "issue eu", "issue us", "issue ap", "withdraw g1"]);
    assert.deepEqual(last!.to, { revision: 14, generations: [{ name: "g2", state: "active" }], bundleSince: 14 });
    assert.equal(phaseOf(last!.to), "steady");
  });

  it("name the next root after the active one, or as told", () => {
    assert.equal(following(STEADY.rotation), "g2");
    assert.equal(following(subject({ generations: [{ name: "root", state: "active" }] }).rotation), "root-2");
    assert.equal(legalSteps(STEADY, undefined, NOW, { to: "spare" }).forward[0]?.generation, "spare");
  });

  it("pass over a lost and an expelled site, and say so", () => {
    const lost = { ...DISTRIBUTED, sites: subject({}, { ap: "lost" }).sites };
    const seen = facts({ eu: site(["g1", "g2"], "g1"), us: site(["g1", "g2"], "g1") });
    const steps = legalSteps(lost, seen, NOW);
    assert.deepEqual(steps.passedOver, ["ap"]);
    assert.deepEqual(unmet(steps.forward[0]), []);
    const expelled = { ...DISTRIBUTED, rotation: withExpelled(DISTRIBUTED.rotation, "ap") };
    assert.deepEqual(
      legalSteps(expelled, { ...seen, sites: { ...seen.sites, ap: undefined as never } }, NOW).passedOver,
      ["ap"],
    );
  });

  it("settle when the last site that was waited for is lost", () => {
    const moved = {
      ...DISTRIBUTED,
      rotation: { ...DISTRIBUTED.rotation, issuedByNext: ["eu", "us"], nextWasIssued: true },
    };
    const left = { ...moved, sites: subject({}, { ap: "lost" }).sites };
    const [step] = legalSteps(left, every(site(["g1", "g2"], "g2")), NOW).forward;
    assert.equal(step?.kind, "settle");
    assert.deepEqual(step?.to.generations, SETTLED.rotation.generations);
  });
});

describe("the three wrong orders are refused", () => {
  it("swap at once: no step leads from one root to another", () => {
    for (const step of legalSteps(STEADY, every(site(["g1"], "g1")), NOW).forward) {
      assert.ok(step.to.generations.some(({ name, state }) => name === "g1" && state === "active"));
    }
  });

  it("issue too early: a site that trusts only the old root is named", () => {
    const [step] = legalSteps(DISTRIBUTED, every(site(["g1", "g2"], "g1"), { ap: site(["g1"], "g1") }), NOW).forward;
    assert.equal(step?.legal, false);
    assert.deepEqual(unmet(step), ["ap: kube-system/ConfigMap/roots trusts [g1] only"]);
    assert.equal(step?.gates.find(({ met }) => !met)?.seenAt, "2026-11-20T11:59:00.000Z");
  });

  it("withdraw too early: a certificate of the old root is named", () => {
    const [step] = legalSteps(SETTLED, every(site(["g1", "g2"], "g2"), { us: site(["g1", "g2"], "g1") }), NOW).forward;
    assert.deepEqual(unmet(step), ["us: kube-system/server chains to g1"]);
  });
});

describe("a gate is not met", () => {
  const pods = (change: object) => ({
    consumers: [
      {
        where: "kube-system/DaemonSet/cilium",
        desired: 1,
        pods: [{ name: "cilium-0", hash: "g1+g2", ready: true, ...change }],
      },
    ],
  });
  const cases: [what: string, ap: SiteTrustFacts | undefined, seen: RegExp][] = [
    ["nobody asked the site", undefined, /nobody asked it/],
    [
      "the site did not answer",
      { reached: false, seenAt: NOW, reason: "no answer within 10 s" },
      /no answer within 10 s/,
    ],
    [
      "a pod was not rolled",
      site(["g1", "g2"], "g1", pods({ hash: "g1" })),
      /1 of 1 pods not rolled since \(cilium-0\)/,
    ],
    [
      "a pod started before the bundle was written",
      site(["g1", "g2"], "g1", pods({ startedAt: "2026-11-20T09:00:00Z" })),
      /started before the bundle was written/,
    ],
    ["a pod is not ready", site(["g1", "g2"], "g1", pods({ ready: false })), /not ready \(cilium-0\)/],
    [
      "pods are missing",
      site(["g1", "g2"], "g1", { consumers: [{ where: "a/b/c", desired: 3, pods: [] }] }),
      /0 of 3 pods/,
    ],
    ["nothing reads the bundle", site(["g1", "g2"], "g1", { consumers: [] }), /nothing that reads the bundle was seen/],
    ["there is no bundle", site(["g1", "g2"], "g1", { bundles: [] }), /no bundle/],
    ["it was built from older data", site(["g1", "g2"], "g1", { revision: 8 }), /from revision 8, not yet from 9/],
    [
      "it does not say what it was built from",
      site(["g1", "g2"], "g1", { revision: undefined as never }),
      /does not say/,
    ],
    [
      "its root of that name is another",
      site(["g1", "g2"], "g1", {
        bundles: [
          {
            where: "kube-system/ConfigMap/roots",
            hash: "g1+g2",
            roots: [{ fingerprint: "another", subject: "g2", generation: "g2", notAfter: NOW }],
          },
        ],
      }),
      /another g2 than other sites/,
    ],
  ];
  for (const [what, ap, seen] of cases) {
    it(`when ${what}`, () => {
      const good = site(["g1", "g2"], "g1");
      const [step] = legalSteps(DISTRIBUTED, facts({ eu: good, us: good, ...(ap && { ap }) }), NOW).forward;
      const problems = unmet(step);
      assert.ok(problems.length > 0 && problems.every((text) => text.startsWith("ap: ")), problems.join("\n"));
      assert.match(problems.join("\n"), seen);
    });
  }

  it("when the plan's consumers or certificates are not all there", () => {
    const sites = SETTLED.sites.map((one) => ({
      ...one,
      consumers: ["kube-system/Deployment/hubble-relay"],
      leaves: ["kube-system/remote"],
    }));
    const [step] = legalSteps({ ...SETTLED, sites }, every(site(["g1", "g2"], "g2")), NOW).forward;
    assert.match(unmet(step).join("\n"), /hubble-relay was not found/);
    assert.match(unmet(step).join("\n"), /kube-system\/remote was not found/);
  });

  it("when what no Secret shows may still be in use", () => {
    const issuer = { ...site(["g1", "g2"], "g2").leaves[0]!, where: "cert-manager/ca", isIssuer: true };
    const sites = SETTLED.sites.map((one) => ({ ...one, unseenLeafHours: 24 }));
    const [step] = legalSteps(
      { ...SETTLED, sites },
      every(site(["g1", "g2"], "g2", { leaves: [issuer] })),
      NOW,
    ).forward;
    assert.match(unmet(step).join("\n"), /cert-manager\/ca signs since .*lives 24 h/);
    const unsaid = legalSteps(SETTLED, every(site(["g1", "g2"], "g2", { leaves: [issuer] })), NOW).forward[0];
    assert.match(unmet(unsaid).join("\n"), /lives 24 h/, "an issuer that is seen signs what is not");
    const later = "2026-11-21T10:01:00.000Z";
    const again = { ...every(site(["g1", "g2"], "g2", { leaves: [issuer] })), collectedAt: later };
    assert.deepEqual(unmet(legalSteps({ ...SETTLED, sites }, again, later).forward[0]), []);
  });
});

describe("facts that decide nothing", () => {
  const good = every(site(["g1", "g2"], "g1"));
  for (const [what, seen, pattern] of [
    ["none", undefined, /no facts.*multisite trust status/],
    ["older than 15 minutes", { ...good, collectedAt: "2026-11-20T11:44:59.000Z" }, /15 minutes old, and may be 15/],
    ["of the future", { ...good, collectedAt: "2026-11-20T12:03:00.000Z" }, /after now/],
    ["without a date", { ...good, collectedAt: "soon" }, /no date/],
  ] as const) {
    it(`${what}`, () => {
      const { forward, back } = legalSteps(DISTRIBUTED, seen, NOW);
      for (const step of [...forward, ...back]) {
        assert.equal(step.legal, false);
        assert.match(unmet(step).join("\n"), pattern);
      }
    });
  }

  it("from before the last change", () => {
    const changed = { ...DISTRIBUTED, rotation: { ...DISTRIBUTED.rotation, changedAt: "2026-11-20T11:59:30.000Z" } };
    assert.match(unmet(legalSteps(changed, good, NOW).forward[0]).join("\n"), /after them/);
  });
});

describe("the way back", () => {
  it("is open although a site does not answer", () => {
    const moved = { ...DISTRIBUTED, rotation: { ...DISTRIBUTED.rotation, issuedByNext: ["eu"], nextWasIssued: true } };
    const seen = every(site(["g1", "g2"], "g1"), { ap: { reached: false, seenAt: NOW, reason: "refused" } });
    const { forward, back } = legalSteps(moved, seen, NOW);
    assert.equal(forward[0]?.legal, false);
    assert.deepEqual(
      back.map(({ kind, legal }) => [kind, legal]),
      [["return", true]],
    );
    assert.equal(phaseOf(back[0]!.to), "distribute");
  });

  it("from withdraw makes the old root the active one again", () => {
    const [back] = legalSteps(SETTLED, every(site(["g1", "g2"], "g2")), NOW).back;
    assert.deepEqual(back?.to.generations, DISTRIBUTED.rotation.generations);
  });

  it("gives a next root up that nobody was issued from, whoever answers; one that was used only when it is gone", () => {
    const silent = every(site(["g1"], "g1"), { ap: { reached: false, seenAt: NOW, reason: "refused" } });
    assert.deepEqual(
      legalSteps(DISTRIBUTED, silent, NOW).back.map(({ kind, legal }) => [kind, legal]),
      [["abandon", true]],
    );
    const used = { ...DISTRIBUTED, rotation: { ...DISTRIBUTED.rotation, nextWasIssued: true } };
    const [step] = legalSteps(used, every(site(["g1", "g2"], "g1"), { us: site(["g1", "g2"], "g2") }), NOW).back;
    assert.deepEqual(unmet(step), ["us: kube-system/server chains to g2"]);
  });
});

describe("a site that comes back", () => {
  it("is peered only when it is built from the present data, trusts it and is issued from it", () => {
    const steady = subject({ generations: [{ name: "g2", state: "active" }] });
    const others = { eu: site(["g2"], "g2"), us: site(["g2"], "g2") };
    const old = facts({ ...others, ap: site(["g1"], "g1", { revision: 3 }) });
    const problems = say(peeringGates(steady, "ap", old, NOW)).join("\n");
    for (const pattern of [/revision 3/, /trusts \[g1\] only/, /chains to g1/]) assert.match(problems, pattern);
    assert.deepEqual(say(peeringGates(steady, "ap", facts({ ...others, ap: site(["g2"], "g2") }), NOW)), []);
  });
});

describe("a rotation without overlap", () => {
  it("says what breaks and for how long, whom it closes out, and when there is a better way", () => {
    const gone = { ...STEADY, sites: subject({}, { us: "lost" }).sites };
    assert.deepEqual(compromisedPlan(STEADY, "g2", undefined, 10).linksUp, [2, 2, 6]);
    const plan = compromisedPlan(
      gone,
      "g2",
      facts({ eu: site(["g1"], "g1"), ap: { reached: false, seenAt: NOW, reason: "refused" } }),
      10,
    );
    assert.deepEqual(plan.walk, ["eu", "ap"]);
    assert.deepEqual([plan.links, plan.linksUp, plan.minutesBroken], [2, [0, 2], 10]);
    assert.deepEqual(
      plan.closedOut.map(({ site: name }) => name),
      ["us", "ap"],
    );
    assert.deepEqual(plan.to.generations, [{ name: "g2", state: "active" }]);
    assert.match(compromisedPlan(DISTRIBUTED, "g2", undefined, 10).breaks.join("\n"), /breaks nothing/);
  });

  it("withdraws a retiring root whose key is stolen at once, and names the sites that lose their links by it", () => {
    const both = ["g1", "g2"] as const;
    const plan = compromisedPlan(
      SETTLED,
      "g2",
      facts({ eu: site([...both], "g2"), us: site([...both], "g2"), ap: site([...both], "g1") }),
      10,
    );
    assert.deepEqual([plan.distrusted, plan.linksUp, plan.links], [["g1"], [2, 2, 2], 6]);
    assert.deepEqual(
      plan.breaks.filter((line) => /^(eu|us) /.test(line)),
      [],
    );
    assert.match(
      plan.breaks.join("\n"),
      /ap loses its links until it is so: every certificate chains to g2; seen: .*chains to g1/,
    );
    assert.deepEqual(plan.to.generations, [{ name: "g2", state: "active" }]);
    const blind = compromisedPlan(SETTLED, "g2", undefined, 10);
    assert.deepEqual([blind.to, blind.linksUp], [plan.to, [6, 6, 6]]);
    assert.match(blind.breaks.join("\n"), /No facts tell whether it is so/);
  });
});

describe("illegal data", () => {
  const of = (rotation: Partial<TrustRotation>) => rotationProblems(subject(rotation)).join("\n");
  for (const [what, rotation, pattern] of [
    [
      "two active roots",
      {
        generations: [
          { name: "g1", state: "active" },
          { name: "g2", state: "active" },
        ],
      },
      /exactly one must be active; got 2 \(g1, g2\)/,
    ],
    ["no active root", { generations: [{ name: "g1", state: "retiring" }] }, /exactly one must be active; got 0/],
    [
      "next beside retiring",
      {
        generations: [
          { name: "g1", state: "retiring" },
          { name: "g2", state: "active" },
          { name: "g3", state: "next" },
        ],
      },
      /withdraw that first/,
    ],
    [
      "a root twice",
      {
        generations: [
          { name: "g1", state: "active" },
          { name: "g1", state: "next" },
        ],
      },
      /listed twice/,
    ],
    ["a name that is none", { generations: [{ name: "G 1", state: "active" }] }, /"G 1" must be/],
    ["sites of a next root that is not there", { issuedByNext: ["eu"] }, /no next root/],
    ["a site that is none", { expelled: ["mars"] }, /"mars", which is no site.*eu, us, ap\. Correct .* under retired/],
  ] as const) {
    it(`${what}`, () => assert.match(of(rotation as Partial<TrustRotation>), pattern));
  }
});

it("data names sites that are gone, as many as there are, and no other", () => {
  const generations = [...subject({}).rotation.generations, { name: "g2", state: "next" as const }];
  const rotation = { revision: 9, generations, issuedByNext: ["eu", "gone"], nextWasIssued: true };
  const problems = (expelled: string[], retired: number) =>
    rotationProblems({ ...subject({ ...rotation, expelled }), retired }).map((one) => one.split(",")[0]);
  assert.deepEqual(problems(["gone"], 1), []);
  assert.deepEqual(problems(["mars"], 2), []);
  assert.deepEqual(problems(["mars", "us"], 1), ['issuedByNext names "gone"', 'expelled names "mars"']);
});

describe("an expelled site", () => {
  const spec = twoRegions();

  it("is lost to the spec, until a day; a spec that says more is kept, and one without is as it was", () => {
    const lost = withoutExpelled(spec, { expelled: ["dublin"], changedAt: NOW });
    assert.deepEqual(specProblems(lost), []);
    assert.deepEqual([lost.sites[1]?.state, lost.degradedUntil], ["lost", "2026-12-04"]);
    const until = { ...spec, degradedUntil: "2026-11-25" };
    assert.equal(withoutExpelled(until, { expelled: ["dublin"], changedAt: NOW }).degradedUntil, "2026-11-25");
    assert.equal(withoutExpelled(spec, {}), spec);
  });

  it("is told what it can still do: for as long as its certificates live, and more if it signs by itself", () => {
    const held = every(site(["g1"], "g1"));
    assert.match(expulsion(STEADY, "ap", held).remains.join("\n"), /valid until 2027-01-01[\s\S]*held no issuer/);
    const issuer = { ...site(["g1"], "g1").leaves[0]!, isIssuer: true };
    const signs = expulsion(STEADY, "ap", every(site(["g1"], "g1", { leaves: [issuer] })));
    assert.match(signs.remains.join("\n"), /can make certificates in any site's name/);
    assert.match(expulsion(STEADY, "ap", undefined).remains.join("\n"), /No facts tell/);
    assert.deepEqual(signs.to.expelled, ["ap"]);
  });
});
