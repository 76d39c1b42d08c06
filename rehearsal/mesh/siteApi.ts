import { Agent, type RequestOptions } from "node:https";
import { type ApiServer, apiServerAt } from "../../lib/mesh/withdrawer/program/api";
import { boundedAccess, type SiteAccess } from "../clusters/sites/bounded";

/**
 * The API server of a site, as the user of a kubeconfig reaches it.
 * @param seconds after which a request is given up
 * @throws UserError when the site's access cannot be opened.
 */
export async function siteApi(site: string, access: SiteAccess, seconds: number): Promise<ApiServer> {
  const config = await boundedAccess(site, access, seconds);
  const { hostname: host, port, pathname } = new URL(config.getCurrentCluster()?.server ?? "");
  const agent = new Agent({ keepAlive: false, maxSockets: 16 });
  const reach = async () => {
    const options: RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return { agent, ...options, host, port, path: pathname.replace(/\/$/, "") };
  };
  return apiServerAt(reach, seconds * 1000);
}
