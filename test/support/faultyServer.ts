import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { localKubeconfig } from "../../rehearsal/clusters/sites/kubeconfig";
import { makePki } from "../../rehearsal/clusters/sites/pki";
import { freePort } from "../../rehearsal/clusters/sites/ports";

export const FAULTS = ["refuses", "hangs", "401", "403", "500", "another authority"] as const;
export type Fault = (typeof FAULTS)[number];

/** An API server that is at fault, and how clients come to it. */
export interface FaultyServer {
  kubeconfig(fault: Fault): string;
  close(): void;
}

/** Starts a server on loopback that answers every request with the fault that its kubeconfig's path names, or never. */
export async function faultyServer(otherCaPem: string): Promise<FaultyServer> {
  const pki = makePki("faulty", "10.255.255.1", "no-token");
  const server = createServer({ cert: pki.server.certificate, key: pki.server.key }, (request, response) => {
    const code = Number(/^\/(\d{3})\//.exec(request.url ?? "")?.[1]);
    if (Number.isNaN(code)) return;
    response.writeHead(code, { "content-type": "text/plain" }).end("the server is at fault");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = `https://127.0.0.1:${await freePort()}`;
  const endpoints: { [fault in Fault]: string } = {
    refuses: closed,
    hangs: `${at}/hangs`,
    401: `${at}/401`,
    403: `${at}/403`,
    500: `${at}/500`,
    "another authority": at,
  };
  return {
    kubeconfig: (fault) =>
      localKubeconfig(
        "faulty",
        endpoints[fault],
        fault === "another authority" ? otherCaPem : pki.authority.certificate,
        pki.administrator,
      ),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
