import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { compromisedPlan, phaseOf, type TrustStep } from "../../lib/plan/trustPhases";
import { until } from "../support/folders";
import { root } from "./certificates";
import { TlsFleet } from "./fleet";
import { load } from "./links";

const NAMES = ["frankfurt", "dublin", "belgium"];

async function fleet(test: TestContext): Promise<TlsFleet> {
  const made = new TlsFleet(NAMES);
  await made.listen();
  test.after(() => made.close());
  return made;
}

async function allLinks(all: TlsFleet, when: string): Promise<void> {
  assert.deepEqual(await all.broken(), [], when);
}

function next(all: TlsFleet): TrustStep {
  const [step] = all.steps().forward;
  assert.ok(step);
  return step;
}

/** A step that the gates let through. */
function legal(all: TlsFleet): TrustStep {
  const step = next(all);
  assert.deepEqual(
    step.gates.filter(({ met }) => !met),
    [],
    step.kind,
  );
  return step;
}

describe("six of six links of three sites, over real sockets", () => {
  it("in every phase of a rotation, and after each site of each step", async (test) => {
    const all = await fleet(test);
    await allLinks(all, "steady");
    const path: string[] = [];
    do {
      const step = legal(all);
      path.push(step.kind);
      all.take(step);
      await allLinks(all, `${step.kind}: data only`);
      for (const name of NAMES) {
        for (const stage of ["bundle", "roll", "certificate", "record"] as const) all.update(name, stage);
        await allLinks(all, `${step.kind}: ${name} done`);
      }
    } while (phaseOf(all.rotation) !== "steady");
    assert.deepEqual(path, ["distribute", "issue", "issue", "issue", "withdraw"]);
    assert.deepEqual(all.rotation.generations, [{ name: "g2", state: "active" }]);
    // The old root is out: whoever holds its key is trusted by nobody.
    const { tls } = all.site("dublin");
    tls.take(tls.bundle, all.issue("g1", "dublin"));
    assert.equal((await all.broken()).length, 4);
  });

  it("while a site lags or does not answer: the step waits for it, by name", async (test) => {
    const all = await fleet(test);
    all.take(legal(all));
    all.update("frankfurt");
    all.update("dublin");
    await allLinks(all, "belgium lags");
    assert.match(
      next(all)
        .gates.filter(({ met }) => !met)
        .map(({ site, seen }) => `${site}: ${seen}`)
        .join("\n"),
      /belgium: .*trusts \[g1\] only/,
    );
    all.site("belgium").isReachable = false;
    all.update("belgium");
    assert.equal(next(all).legal, false);
    await allLinks(all, "belgium does not answer");
    all.site("belgium").isReachable = true;
    all.update("belgium");
    all.take(legal(all));
    await allLinks(all, "belgium is back");
  });

  for (const how of ["lags", "does not answer"] as const) {
    it(`while one site ${how} in every phase, and the step that needs it waits for it by name`, async (test) => {
      const all = await fleet(test);
      const belgium = all.site("belgium");
      const waited: string[] = [];
      do {
        all.take(legal(all));
        belgium.isReachable = how === "lags";
        for (const name of ["frankfurt", "dublin"]) {
          all.update(name);
          await allLinks(all, `${name} done, belgium ${how}`);
        }
        const held = next(all);
        const names = held.gates.flatMap(({ met, site }) => (met ? [] : [site]));
        // To trust one more root breaks nothing: a rotation begins whoever is away.
        if (held.kind !== "distribute" && !held.legal) waited.push(held.kind);
        assert.deepEqual([...new Set(names)], held.legal ? [] : ["belgium"]);
        assert.ok(how === "lags" || held.legal === (held.kind === "distribute"), held.kind);
        belgium.isReachable = true;
        all.update("belgium");
        await allLinks(all, "belgium is back");
      } while (phaseOf(all.rotation) !== "steady");
      const expected = how === "lags" ? ["issue", "withdraw"] : ["issue", "issue", "issue", "withdraw"];
      assert.deepEqual(waited, expected);
    });
  }

  for (const stage of ["bundle", "roll", "certificate"] as const) {
    it(`when each run is killed between two sites, after the ${stage} of the second, and run again`, async (test) => {
      const all = await fleet(test);
      do {
        all.take(legal(all));
        all.update("frankfurt");
        all.update("dublin", stage);
        await allLinks(all, "killed");
        assert.equal(phaseOf(all.rotation) === "distribute" && next(all).legal, false);
        for (const name of NAMES) all.update(name);
        await allLinks(all, "run again");
      } while (phaseOf(all.rotation) !== "steady");
    });
  }

  it("on the way back from every phase", async (test) => {
    for (const stepsForward of [1, 2, 3, 4]) {
      const all = await fleet(test);
      for (let i = 0; i < stepsForward; i++) {
        all.take(legal(all));
        for (const name of NAMES) all.update(name);
      }
      while (phaseOf(all.rotation) !== "steady") {
        const [back] = all.steps().back;
        assert.equal(back?.legal, true);
        all.take(back);
        for (const name of NAMES) {
          all.update(name);
          await allLinks(all, `${back.kind} after ${stepsForward}: ${name} done`);
        }
      }
      assert.deepEqual(all.rotation.generations, [{ name: "g1", state: "active" }]);
    }
  });

  it("under load: connections are made all the time, and none is lost", async (test) => {
    const all = await fleet(test);
    const running = load(all.sites.map(({ tls }) => tls));
    do {
      all.take(legal(all));
      for (const name of NAMES) {
        for (const stage of ["roll", "record"] as const) {
          const before = running.rounds();
          all.update(name, stage);
          // Two: the handshake that had begun when the certificate changed ends with the old one.
          await until(() => running.rounds() >= before + 2, 60);
        }
      }
    } while (phaseOf(all.rotation) !== "steady");
    assert.deepEqual(await running.stop(), []);
    assert.ok(running.rounds() >= 5 * 3 * 2 * 2, `${running.rounds()} connections of each pair`);
  });
});

describe("without overlap, because a key is in other hands", () => {
  it("as many links are left after each site as it was said beforehand", async (test) => {
    const all = await fleet(test);
    const plan = compromisedPlan(all.subject, "g2", all.facts(), 10);
    all.take(plan);
    const left: number[] = [];
    for (const name of plan.walk) {
      all.update(name);
      left.push(6 - (await all.broken()).length);
    }
    assert.deepEqual(
      [left, plan.linksUp],
      [
        [2, 2, 6],
        [2, 2, 6],
      ],
    );
    const { tls } = all.site("dublin");
    tls.take(tls.bundle, all.issue("g1", "dublin"));
    assert.equal((await all.broken()).length, 4, "the thief is trusted by nobody");
  });
});

describe("the wrong orders, forced, break links", () => {
  it("swap at once: 2 of 6 are left when one site is swapped", async (test) => {
    const all = await fleet(test);
    all.take({ to: { revision: 1, generations: [{ name: "g2", state: "active" }] } });
    all.update("frankfurt");
    assert.equal(6 - (await all.broken()).length, 2);
  });

  it("issue too early: 4 of 6 are left when one site does not trust the new root yet", async (test) => {
    const all = await fleet(test);
    all.take(legal(all));
    all.update("frankfurt");
    all.update("dublin");
    const step = next(all);
    assert.equal(step.legal, false);
    all.take(step);
    all.update("frankfurt");
    assert.equal(6 - (await all.broken()).length, 4);
  });

  it("withdraw too early: 2 of 6 are left when one site is still issued from the old root", async (test) => {
    const all = await fleet(test);
    for (let i = 0; i < 4; i++) {
      all.take(legal(all));
      for (const name of NAMES.filter((one) => i === 0 || one !== "belgium")) all.update(name);
    }
    const step = next(all);
    assert.deepEqual([step.kind, step.legal], ["withdraw", false]);
    all.take(step);
    all.update("frankfurt");
    all.update("dublin");
    assert.equal(6 - (await all.broken()).length, 2);
  });

  it("a certificate of a foreign root with the same name is refused", async (test) => {
    const all = await fleet(test);
    const { tls } = all.site("belgium");
    all.roots.set("foreign", root("shop root g1"));
    tls.take(tls.bundle, all.issue("foreign", "belgium"));
    assert.equal(6 - (await all.broken()).length, 2);
  });
});
