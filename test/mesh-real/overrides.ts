/**
 * All that differs between what the plan's values tell Cilium in a cloud and what it is told in a namespace. Everything
 * else that runs here is what the chart renders from the values that a rehearsal produced.
 */
export const CONFIG_OVERRIDES: Readonly<Record<string, string | undefined>> = {
  // A container sees the machine's /proc below /host; there is no container here.
  procfs: "/proc",
  // What a kubelet would read, and nobody reads here.
  "write-cni-conf-when-ready": undefined,
  // No Envoy runs: rules on HTTP are not part of this test.
  "enable-l7-proxy": "false",
  "external-envoy-proxy": "false",
  // Probes between nodes, and a pod that exists to be probed.
  "enable-health-checking": "false",
  "enable-endpoint-health-checking": "false",
  // The only card of the node.
  devices: "eth0",
  // Kernels of test machines often lack the modules of iptables for these two.
  "enable-bpf-masquerade": "true",
  "enable-xt-socket-fallback": "false",
  // It would delete pods that no kubelet restarts.
  "unmanaged-pod-watcher-interval": "0s",
  // Many test kernels have no WireGuard; that it is asked for is proven on the rendered chart.
  "enable-wireguard": "false",
};

/** Arguments that the chart gives to containers, in the form that they have here. */
export const ARGUMENT_OVERRIDES: readonly (readonly [from: RegExp, to: string])[] = [
  // The own folder of the rendered ConfigMap, in place of where the kubelet mounts it.
  [/^--config-dir=.*/, "--config-dir=$CONFIG"],
  // The pod's own number, of which etcd makes the identity by which peers know that this is not the store they knew.
  [/\$\(INITIAL_CLUSTER_TOKEN\)/, "$POD_UID"],
  [/\$\(CILIUM_DEBUG\)/, "false"],
];
