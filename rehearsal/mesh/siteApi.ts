import { Agent, type RequestOptions, request } from "node:https";
import { APPLY_TYPE, ApiError, type ApiServer, appliedPath } from "../../lib/mesh/withdrawer/program/api";
import { boundedAccess, type SiteAccess } from "../clusters/sites/bounded";

/**
 * The API server of a site, as the user of a kubeconfig reaches it.
 * @param seconds after which a request is given up
 * @throws UserError when the site's access cannot be opened.
 */
export async function siteApi(site: string, access: SiteAccess, seconds: number): Promise<ApiServer> {
  const { config } = await boundedAccess(site, access, seconds);
  const server = new URL(config.getCurrentCluster()?.server ?? "");
  const agent = new Agent({ keepAlive: false, maxSockets: 16 });
  const send = async <T>(method: string, path: string, body?: object, type = "application/merge-patch+json") => {
    const options: RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(options);
    const headers = { ...options.headers, accept: "application/json", "content-type": type };
    const { hostname: host, port } = server;
    const at = { host, port, path: `${server.pathname.replace(/\/$/, "")}${path}`, method, headers };
    return await answered<T>({ agent, ...options, ...at }, body, seconds);
  };
  return {
    get: (path) => send("GET", path),
    merge: (path, change) => send("PATCH", path, change),
    apply: (path, manager, object) => send("PATCH", appliedPath(path, manager), object, APPLY_TYPE),
  };
}

function answered<T>(options: RequestOptions, body: object | undefined, seconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, timeout: seconds * 1000 }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: code = 0 } = response;
        if (code >= 200 && code < 300) resolve(JSON.parse(Buffer.concat(parts).toString()) as T);
        else reject(Object.assign(new ApiError(code, options.path ?? ""), { code }));
      });
    });
    sent.on("timeout", () => sent.destroy(Object.assign(new Error("no answer in time"), { name: "TimeoutError" })));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
