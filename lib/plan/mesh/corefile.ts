/** Domain of the Multi-Cluster Services API (KEP-1645). */
export const CLUSTERSET_DOMAIN = "clusterset.local";

/** Seconds for which answers are kept: a backend that goes is gone from them as soon. */
const CACHE_SECONDS = 5;

/** Leads the names of all sites to where they are answered. */
export function stubBlock(address: string): string {
  return server(`${CLUSTERSET_DOMAIN}:53`, ["errors", `cache ${CACHE_SECONDS}`, `forward . ${address}`]);
}

/**
 * A Corefile: `clusterset` that of the server for the names of all sites, `eks` that of EKS's add-on, as it is by default
 * (v1.13.2-eksbuild.4), with the stub beside it.
 */
export function corefile(of: "clusterset"): string;
export function corefile(of: "eks", address: string): string;
export function corefile(of: "clusterset" | "eks", address = ""): string {
  if (of === "eks") return `${server(".:53", EKS_DEFAULT)}${stubBlock(address)}`;
  return server(`${CLUSTERSET_DOMAIN}:53`, [
    ...["errors", "health {", "    lameduck 5s", "}", "ready"],
    ...[`kubernetes ${CLUSTERSET_DOMAIN} {`, `    multicluster ${CLUSTERSET_DOMAIN}`, "}"],
    ...["prometheus :9153", `cache ${CACHE_SECONDS}`, "reload", "loadbalance"],
  ]);
}

const EKS_DEFAULT = [
  ...["errors", "health {", "    lameduck 5s", "}", "ready"],
  ...["kubernetes cluster.local in-addr.arpa ip6.arpa {", "    pods insecure"],
  ...["    fallthrough in-addr.arpa ip6.arpa", "}"],
  ...["prometheus :9153", "forward . /etc/resolv.conf", "cache 30", "loop", "reload", "loadbalance"],
];

function server(at: string, lines: readonly string[]): string {
  return `${at} {\n${lines.map((line) => `    ${line}\n`).join("")}}\n`;
}
