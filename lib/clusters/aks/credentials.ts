import { parse } from "yaml";

/**
 * The certificate authority of a kubeconfig, PEM in base64.
 * @param encoded a kubeconfig in base64, as AKS hands it out.
 * @throws Error when there is none: a cluster without one cannot be reached safely.
 */
export function authorityOf(encoded: string): string {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const config = parse(text) as { clusters?: { cluster?: { "certificate-authority-data"?: string } }[] } | null;
  const authority = config?.clusters?.[0]?.cluster?.["certificate-authority-data"];
  if (!authority) throw new Error("AKS handed out a kubeconfig without a certificate authority");
  return authority;
}
