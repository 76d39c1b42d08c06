import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { userData } from "../../../lib/clusters/eks/userData";
import { type NodeSettings, nodeSettings } from "../../../lib/plan/observed/userData";

const DATABASE = { key: "dedicated", value: "db", effect: "NoSchedule" } as const;

const cases: [title: string, text: string, expected: Partial<NodeSettings>][] = [
  ["nodeadm, pods", nodeConfig("      maxPods: 60"), { maximumPods: 60 }],
  [
    "nodeadm, taints",
    nodeConfig("      registerWithTaints:\n      - {key: dedicated, value: db, effect: NoSchedule}"),
    { taints: [DATABASE] },
  ],
  [
    "nodeadm, taints in a MIME message",
    mime(nodeConfig("      registerWithTaints:\n        - key: a\n          effect: NoExecute")),
    { taints: [{ key: "a", effect: "NoExecute" }] },
  ],
  [
    "nodeadm, flags",
    "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    flags:\n    - --max-pods=60\n    - --register-with-taints=dedicated=db:NoSchedule\n",
    { maximumPods: 60, taints: [DATABASE] },
  ],
  [
    "nodeadm, reservations",
    nodeConfig("      kubeReserved: {cpu: '2', memory: 8Gi}\n      evictionHard: {memory.available: 1Gi}"),
    { unread: ["kubeReserved", "evictionHard"] },
  ],
  [
    "nodeadm, pods by an expression",
    nodeConfig("      maxPodsExpression: enis * 2"),
    { unread: ["maxPodsExpression"] },
  ],
  [
    "nodeadm, taints that are no list",
    nodeConfig("      registerWithTaints: dedicated"),
    { unread: ["registerWithTaints"] },
  ],
  [
    "bootstrap.sh",
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --use-max-pods false --kubelet-extra-args '--max-pods=60 --register-with-taints=dedicated=db:NoSchedule,a:NoExecute --node-labels=x=y'\n",
    { maximumPods: 60, taints: [DATABASE, { key: "a", effect: "NoExecute" }] },
  ],
  [
    "bootstrap.sh, reservations",
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--kube-reserved=cpu=2,memory=8Gi --kube-reserved-cgroup=/runtime'\n",
    { unread: ["kube-reserved"] },
  ],
  [
    "bootstrap.sh, pods that are left to the kubelet",
    "#!/bin/bash\n/etc/eks/bootstrap.sh c --use-max-pods false\n",
    { unread: ["--use-max-pods false"] },
  ],
  ["bootstrap.sh, pods of a variable", '#!/bin/bash\nbootstrap.sh c --max-pods="$PODS"\n', { unread: ["max-pods"] }],
  ["a script with huge pages", "#!/bin/bash\nsysctl -w vm.nr_hugepages=512\n", { unread: ["nr_hugepages"] }],
  ["a script about neither", "#!/bin/bash\n# kube-reserved and max-pods are EKS's own\nyum update -y\n", {}],
  [
    "Bottlerocket",
    '[settings.kubernetes]\nmax-pods = 8\n[settings.kubernetes.node-taints]\ndedicated = "db:NoSchedule"\n"a.b/c" = ["d:NoExecute", "e:NoSchedule"]\n\n[settings.kubernetes.node-labels]\nx = "y"\n',
    {
      maximumPods: 8,
      taints: [
        DATABASE,
        { key: "a.b/c", value: "d", effect: "NoExecute" },
        { key: "a.b/c", value: "e", effect: "NoSchedule" },
      ],
      isBottlerocket: true,
    },
  ],
  [
    "Bottlerocket, reservations",
    "[settings.kubernetes.kube-reserved]\ncpu = '2'\n[settings.kubernetes.eviction-hard]\n\"memory.available\" = '1Gi'\n",
    { unread: ["kube-reserved", "eviction-hard"], isBottlerocket: true },
  ],
  [
    "Bottlerocket, taints as one value",
    'settings.kubernetes.node-taints.dedicated = "db:NoSchedule"\n',
    { unread: ["node-taints"], isBottlerocket: true },
  ],
  [
    "a MIME message of parts in Base64",
    "MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\nAAAA\n",
    { unread: ["what it encodes"] },
  ],
  ["what this library writes", Buffer.from(userData(110), "base64").toString(), { maximumPods: 110 }],
];

describe("user data of nodes on EKS", () => {
  for (const [title, text, expected] of cases) {
    it(title, () => {
      const nothing = { maximumPods: undefined, taints: [], unread: [], isBottlerocket: false };
      const encoded = Buffer.from(text).toString("base64");
      for (const given of [text, encoded, encoded.replace(/.{76}/g, "$&\n")]) {
        assert.deepEqual(nodeSettings(given), { ...nothing, ...expected });
      }
    });
  }

  it("that is compressed is not read", () => {
    assert.deepEqual(nodeSettings("H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==").unread, ["what it encodes"]);
  });
});

function nodeConfig(config: string): string {
  return `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    config:\n${config}\n`;
}

function mime(part: string): string {
  return `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n--//\nContent-Type: application/node.eks.aws\n\n${part}\n--//--\n`;
}
