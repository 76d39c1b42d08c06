import { join } from "node:path";
import { type RealPod, type Running, startPod } from "./pods";
import { PATIENCE, type RealFleet } from "./realFleet";
import { until } from "./run";

/** An etcd of three members, one a site, which know each other by Services that the mesh shares. */
export class RealEtcd {
  readonly fleet: RealFleet;
  readonly members: readonly string[];
  readonly #pods = new Map<string, RealPod>();
  readonly #running = new Map<string, Running>();

  /** @param members the sites that have one */
  constructor(fleet: RealFleet, members: readonly string[]) {
    this.fleet = fleet;
    this.members = members;
  }

  /** Starts the member of a site, with the data that it left if it ran before: its volume outlives its pod. */
  async start(name: string): Promise<void> {
    const site = this.fleet.site(name);
    await site.kubernetes.apply(...this.members.map(service));
    const hosts = await this.#hostsAt(name);
    this.#pods.set(name, await startPod(site, { name: `etcd-${name}`, labels: { etcd: name }, hosts }));
    await this.recover(name);
  }

  /** Ends a member at once, as its machine would by a loss of power. */
  async crash(name: string): Promise<void> {
    const running = this.#running.get(name);
    running?.kill();
    await running?.exited;
  }

  /** A member that crashed runs again, in its pod and with its data. */
  async recover(name: string): Promise<void> {
    const pod = this.#pods.get(name)!;
    const { etcd } = this.fleet.lab.tools;
    const command = [
      etcd.path,
      `--name=${name}`,
      `--data-dir=${join(this.fleet.lab.folder, `etcd-data-${name}`)}`,
      "--listen-client-urls=http://0.0.0.0:2379",
      `--advertise-client-urls=http://etcd-${name}:2379`,
      "--listen-peer-urls=http://0.0.0.0:2380",
      `--initial-advertise-peer-urls=http://etcd-${name}:2380`,
      `--initial-cluster=${this.members.map((one) => `${one}=http://etcd-${one}:2380`).join(",")}`,
      "--initial-cluster-state=new",
    ];
    this.#running.set(name, await pod.start(`etcd-${name}`, command));
    await pod.setReady(true);
  }

  /** Starts a client in a site that writes one key after the other, to whichever member takes it. */
  async startWriter(at: string): Promise<Writer> {
    const addresses = await Promise.all(this.members.map((one) => this.fleet.clusterIp(`etcd-${one}`, at)));
    const program = `writer-${at}-${++writers}`;
    const running = await this.fleet.client(at).start(program, [process.execPath, "-e", WRITE, program, ...addresses]);
    const acknowledged = () =>
      running
        .output()
        .split("\n")
        .slice(0, -1)
        .filter((line) => line.startsWith(program));
    return {
      acknowledged,
      async stop() {
        running.kill();
        await running.exited;
        return acknowledged();
      },
    };
  }

  /** Waits until a member has all of these keys in its own store. */
  async untilHas(member: string, keys: readonly string[]): Promise<void> {
    const address = await this.fleet.clusterIp(`etcd-${member}`, member);
    await until(`the member of ${member} has all that was acknowledged`, PATIENCE, async () => {
      const read = await this.fleet.client(member).exec([process.execPath, "-e", READ, address]);
      const own = new Set(read.split("\n"));
      const missing = keys.filter((key) => !own.has(key));
      if (missing.length === 0) return true;
      throw new Error(`${missing.length} of ${keys.length} are missing, such as ${missing[0]}`);
    });
  }

  /** The names of the members with the addresses that their Services have in a site, as a DNS service would answer. */
  async #hostsAt(name: string): Promise<string> {
    const addresses = await Promise.all(this.members.map((one) => this.fleet.clusterIp(`etcd-${one}`, name)));
    return ["127.0.0.1 localhost", ...addresses.map((address, at) => `${address} etcd-${this.members[at]}`), ""].join(
      "\n",
    );
  }
}

/** A client that writes. */
export interface Writer {
  /** Keys whose writes were acknowledged so far. */
  acknowledged(): string[];
  /** Ends it. */
  stop(): Promise<string[]>;
}

let writers = 0;

/** The Service of one member: in the other sites it has remote backends only. */
function service(member: string): object {
  const annotations = { "service.cilium.io/global": "true", "service.cilium.io/shared": "true" };
  const ports = [
    { name: "client", port: 2379 },
    { name: "peer", port: 2380 },
  ];
  const spec = { selector: { etcd: member }, ports, publishNotReadyAddresses: true };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `etcd-${member}`, namespace: "default", annotations },
    spec,
  };
}

const CALL = `
const call = async (address, path, body) => {
  const options = { method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(3000) };
  const response = await fetch("http://" + address + ":2379/v3/kv/" + path, options);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
};
const base64 = (text) => Buffer.from(text).toString("base64");`;

/** A write that is not acknowledged is tried again, at the next member: the same key and value, so that twice is once. */
const WRITE = `${CALL}
const [prefix, ...addresses] = process.argv.slice(1);
(async () => {
  let member = 0;
  for (let count = 0; ; count++) {
    const key = prefix + "-" + count;
    for (;;) {
      try {
        await call(addresses[member % addresses.length], "put", { key: base64(key), value: base64(String(count)) });
        break;
      } catch { member++; }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    console.log(key);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
})();`;

/** Of a member's own store, without asking the others: what it says is on its own disk. */
const READ = `${CALL}
(async () => {
  const all = { key: base64("w"), range_end: base64("x"), serializable: true, keys_only: true };
  const { kvs = [] } = await call(process.argv[1], "range", all);
  for (const { key } of kvs) console.log(Buffer.from(key, "base64").toString());
})();`;
