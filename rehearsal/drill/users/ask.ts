import { get } from "node:http";

/** What a request found: the site that answered, with its status; undefined when nobody did. */
export interface Answered {
  readonly site: string;
  readonly status: number;
}

/** Milliseconds after which a request counts as unanswered: only a machine that stands still needs as many. */
const PATIENCE = 60_000;

/** One request on a connection of its own. */
export function ask(port: number, path: string, host: string): Promise<Answered | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path, agent: false, headers: { host }, timeout: PATIENCE });
    request.once("response", (response) => {
      response.resume();
      response.once("error", () => resolve(undefined));
      response.once("end", () =>
        resolve({ site: String(response.headers["x-site"]), status: response.statusCode ?? 0 }),
      );
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(undefined));
  });
}
