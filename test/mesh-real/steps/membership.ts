import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { PATIENCE, type RealFleet } from "../realFleet";
import type { RehearsalOptions, States } from "../rehearsed";
import { until } from "../run";
import { follows, type RealSite } from "../site";
import { NAMES, others, type Stage, THREE } from "../stage";

const FOUR: States = { ...THREE, dublin: "joining" };
const LEAVING: States = { ...THREE, dublin: "leaving" };

/** What is rehearsed first: the fourth site's certificates are of another authority. */
export const STRANGER: readonly [States, RehearsalOptions] = [FOUR, { foreign: "dublin" }];

/** A fourth site comes as a stranger, is let in, and leaves. */
export function membershipSteps(stage: Stage): void {
  const { step } = stage;
  let running: string[] = [];

  step("a site whose certificates are of another authority never joins, and disturbs nobody", async () => {
    running = processes(stage.fleet);
    await strangerRefused(stage.fleet);
  });

  step("with the fleet's own certificates it joins, and no process of the others is restarted", async () => {
    const { fleet } = stage;
    await fleet.rehearse(FOUR);
    fleet.rehearseAhead(LEAVING);
    await fleet.site("dublin").roll();
    await fleet.allReady();
    assert.deepEqual(processes(fleet), running, "the programs that run are those that ran before it came");
    for (const site of fleet.sites.values())
      for (const [name, program] of site.programs)
        assert.equal(await Promise.race([program.exited, sleep(0, "runs")]), "runs", `${site.name} ${name}`);
    await fleet.startPods("dublin");
    await fleet.untilAnswering("frankfurt", { ...fleet.web("dublin"), port: 8080 }, ["dublin"]);
  });

  step("it leaves: its peers drop it at once, and keep each other", async () => {
    const { fleet } = stage;
    await fleet.rehearse(LEAVING);
    fleet.rehearseAhead(THREE);
    const dublin = fleet.site("dublin");
    await Promise.all(NAMES.map((name) => follows(fleet.site(name), others(name), PATIENCE)));
    await follows(dublin, [], PATIENCE);
    await fleet.kill("dublin");
    await fleet.rehearse(THREE);
    await fleet.allReady();
  });
}

async function strangerRefused(fleet: RealFleet): Promise<void> {
  await fleet.rehearse(...STRANGER);
  fleet.rehearseAhead(FOUR);
  const dublin = fleet.site("dublin");
  for (const site of NAMES.map((name) => fleet.site(name))) {
    await until(`${site.name} and dublin refuse each other`, PATIENCE, () => {
      return refuses(site, dublin) && refuses(dublin, site);
    });
    assert.deepEqual(await site.links(), {
      ...Object.fromEntries(others(site.name).map((peer) => [peer, true])),
      dublin: false,
    });
  }
  assert.deepEqual(await dublin.links(), { amsterdam: false, belgium: false, frankfurt: false });
}

/** Whether a store has said of a connection whose it was, and why it was not taken. */
function refuses(one: RealSite, other: RealSite): boolean {
  const lines = one.log("mesh-etcd").split("\n");
  return lines.some(
    (line) => line.includes(`"${other.node.address}:`) && /rejected connection.*tls: bad certificate/.test(line),
  );
}

function processes(fleet: RealFleet): string[] {
  return NAMES.flatMap((name) =>
    [...fleet.site(name).programs].map(([program, { pid }]) => `${name} ${program} ${pid}`),
  );
}
