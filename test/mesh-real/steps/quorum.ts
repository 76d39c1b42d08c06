import { RealEtcd } from "../etcd";
import { isWhole } from "../prerequisites";
import { PATIENCE } from "../realFleet";
import { until } from "../run";
import { NAMES, others, type Stage } from "../stage";

/**
 * A store that keeps a majority runs over the sites, and each of them is lost.
 * @param meanwhile begins what takes no more than the time in which this waits
 */
export function quorumSteps(stage: Stage, meanwhile: () => void): void {
  stage.step(
    "a quorum of three, one member a site, takes writes while each site is lost in turn, and loses none",
    async () => {
      const etcd = new RealEtcd(stage.fleet, NAMES);
      await Promise.all(NAMES.map((name) => etcd.start(name)));
      meanwhile();
      const acknowledged: string[] = [];
      // A site that comes back on other machines takes half a minute; one is enough where not the whole is asked for.
      const killed: readonly string[] = isWhole() ? NAMES : ["amsterdam"];
      for (const victim of ["amsterdam", "belgium", "frankfurt"]) {
        acknowledged.push(...(await writtenWithout(victim, killed.includes(victim), etcd)));
        await Promise.all(NAMES.map((member) => etcd.untilHas(member, acknowledged)));
      }
    },
  );
}

/** Loses a site while a client writes, takes it back, and tells which writes were acknowledged. */
async function writtenWithout(victim: string, isKilled: boolean, etcd: RealEtcd): Promise<string[]> {
  const writer = await etcd.startWriter(others(victim)[0]!);
  const more = (count: number) => {
    const wanted = writer.acknowledged().length + count;
    return until(`${wanted} writes are acknowledged`, PATIENCE, () => writer.acknowledged().length >= wanted);
  };
  await more(20);
  await (isKilled ? kill(victim, etcd, more) : cutOff(victim, etcd, more));
  await more(20);
  return writer.stop();
}

/** Everything of the site ends at once, and it comes back on other machines. */
async function kill(victim: string, etcd: RealEtcd, more: (count: number) => Promise<void>): Promise<void> {
  await etcd.fleet.kill(victim);
  await more(20);
  await etcd.fleet.restart(victim);
  await etcd.start(victim);
}

/** Nothing of the site answers any more, and its member ends in the middle of its work. */
async function cutOff(victim: string, etcd: RealEtcd, more: (count: number) => Promise<void>): Promise<void> {
  const { node } = etcd.fleet.site(victim);
  await node.cut(true);
  await etcd.crash(victim);
  await more(20);
  await node.cut(false);
  await etcd.recover(victim);
  await etcd.fleet.allReady();
}
