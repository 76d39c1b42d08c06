import type { Pair } from "./pki";

/**
 * A kubeconfig with everything in it, as JSON, which is YAML: no program of ours has to read a second file.
 * @param endpoint `https://127.0.0.1:port`
 */
export function localKubeconfig(site: string, endpoint: string, caPem: string, user: Pair): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: site, cluster: { server: endpoint, "certificate-authority-data": base64(caPem) } }],
      users: [
        {
          name: site,
          user: { "client-certificate-data": base64(user.certificate), "client-key-data": base64(user.key) },
        },
      ],
      contexts: [{ name: site, context: { cluster: site, user: site } }],
      "current-context": site,
    },
    null,
    2,
  )}\n`;
}
