import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { pathProbe, readPaths } from "../../../rehearsal/mesh/pathMtu";

/** Namespaces of two nodes and a router between them, whose far link is narrow: nothing leaves them. */
const NARROW = `
set -e
ip link set lo up
unshare -n sh -c 'echo here > "$0"; exec sleep 300' "$DIR/router" > /dev/null & router=$!
unshare -n sh -c 'echo here > "$0"; exec sleep 300' "$DIR/far" > /dev/null & far=$!
trap 'kill $router $far 2>/dev/null' EXIT
until [ -s "$DIR/router" ] && [ -s "$DIR/far" ]; do sleep 0.05; done
ip link add near type veth peer name near netns $router
nsenter -t $router -n ip link add wide type veth peer name wide netns $far
ip addr add 10.1.0.2/24 dev near; ip link set near up; ip route add default via 10.1.0.1
nsenter -t $router -n sh -ec 'ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward
  ip addr add 10.1.0.1/24 dev near; ip link set near up; ip addr add 10.2.0.1/24 dev wide; ip link set wide mtu 1400 up'
nsenter -t $far -n sh -ec 'ip addr add 10.2.0.2/24 dev wide; ip link set wide up; ip route add default via 10.2.0.1'
"$@"
`;

function isPossible(): boolean {
  return process.getuid?.() === 0 && spawnSync("unshare", ["-n", "perl", "-e", "1"]).status === 0;
}

test("the probe finds what a narrow path carries, to the byte, and tells silence from narrowness", {
  skip: !isPossible() && "needs root, unshare and perl",
}, () => {
  const dir = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  const nodes = [
    { peer: "dublin", address: "10.2.0.2" },
    { peer: "paris", address: "10.2.0.77" },
  ];
  const probed = (wanted: number | undefined) => {
    const command = ["-n", "sh", "-c", NARROW, "sh", ...pathProbe(nodes, wanted)];
    const output = execFileSync("unshare", command, { encoding: "utf8", env: { ...process.env, DIR: dir } });
    execFileSync("rm", ["-f", `${dir}/router`, `${dir}/far`]);
    return readPaths(output, nodes).map(({ peer, wantedBytes, passedBytes }) => ({ peer, wantedBytes, passedBytes }));
  };
  const at = (wantedBytes: number, passedBytes: number) => [
    { peer: "dublin", wantedBytes, passedBytes },
    { peer: "paris", wantedBytes, passedBytes: 0 },
  ];
  assert.deepEqual(probed(1400), at(1400, 1400), "what just fits passes");
  assert.deepEqual(probed(undefined), at(1500, 1400), "without a plan the own interface says what is sent");
  execFileSync("rm", ["-rf", dir]);
});

test("a node of which the probe says nothing has no path", () => {
  const nodes = [
    { peer: "dublin", address: "10.2.0.2" },
    { peer: "paris", address: "10.3.0.2" },
  ];
  assert.deepEqual(readPaths("10.3.0.2 1370 1370\nnonsense\n", nodes), [
    { peer: "paris", node: "10.3.0.2", wantedBytes: 1370, passedBytes: 1370 },
  ]);
});
