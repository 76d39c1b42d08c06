import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import type { LocalSite } from "../../rehearsal/clusters/sites";
import { localKubeconfig } from "../../rehearsal/clusters/sites/kubeconfig";
import { makePki } from "../../rehearsal/clusters/sites/pki";

/** What an API server is asked, and with what. */
interface Asked {
  readonly method: string;
  /** Without what follows a `?`. */
  readonly path: string;
  readonly body: string;
}

/** What it answers. */
interface Answer {
  /** HTTP status. @default 200 */
  readonly code?: number;
  /** @default application/json */
  readonly type?: string;
  readonly body: string;
}

/** A site on loopback whose API server answers as it is told. */
export async function siteAnswering(
  t: TestContext,
  name: string,
  answer: (asked: Asked) => Answer,
): Promise<LocalSite> {
  const { administrator, authority, server: own } = makePki(name, "10.0.0.1", "no-token");
  const server = createServer({ cert: own.certificate, key: own.key }, async (request, response) => {
    const path = request.url?.replace(/\?.*/, "") ?? "";
    const {
      code = 200,
      type = "application/json",
      body,
    } = answer({
      method: request.method ?? "",
      path,
      body: await text(request),
    });
    response.writeHead(code, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { certificate: caPem } = authority;
  return { name, endpoint, caPem, kubeconfig: localKubeconfig(name, endpoint, caPem, administrator) } as LocalSite;
}

/** The answer of an API server that has these objects at a path. */
export function listOf(items: readonly object[] = []): Answer {
  return { body: JSON.stringify({ kind: "List", metadata: {}, items }) };
}
