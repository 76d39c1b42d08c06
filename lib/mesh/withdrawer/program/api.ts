import { readFileSync } from "node:fs";
import { Agent, type RequestOptions, request } from "node:https";

/** An answer of the API server that is none of what was asked for. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    path: string,
  ) {
    super(`the API server answered ${code} to ${path}`);
  }
}

/** An API server, as far as peers are withdrawn by it. */
export interface ApiServer {
  get<T>(path: string): Promise<T>;
  /** Merges into an object. Throws ApiError 409 where its resource version is given and is another by now. */
  merge<T>(path: string, change: object): Promise<T>;
  /** Applies an object on its server in a manager's name: what that manager has set before and is not in it goes. */
  apply<T>(path: string, manager: string, object: object): Promise<T>;
}

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Longer than a busy API server takes, shorter than a lease holds. */
const TIMEOUT_MS = 3000;

/** Opens the site's own API server with the pod's account. */
export function apiServer(env: NodeJS.ProcessEnv = process.env): ApiServer {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return apiServerAt(
    () => ({
      agent,
      host: env.KUBERNETES_SERVICE_HOST,
      port: env.KUBERNETES_SERVICE_PORT,
      ca: readFileSync(`${ACCOUNT}/ca.crt`),
      // Read again each time: a kubelet renews it.
      headers: { authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, "utf8").trim()}` },
    }),
    TIMEOUT_MS,
  );
}

/**
 * An API server.
 * @param reach where it is and as whom it is asked, anew for each request; its path comes before those of the API
 * @param timeoutMs after which a request is given up
 */
export function apiServerAt(reach: () => RequestOptions | Promise<RequestOptions>, timeoutMs: number): ApiServer {
  const send = async <T>(method: string, path: string, body?: object, type = "application/merge-patch+json") => {
    const { path: before = "", headers, ...where } = await reach();
    const told = { ...headers, accept: "application/json", "content-type": type };
    return await answered<T>({ ...where, method, path: before + path, headers: told, timeout: timeoutMs }, body);
  };
  return {
    get: (path) => send("GET", path),
    merge: (path, change) => send("PATCH", path, change),
    apply: (path, manager, object) => send("PATCH", appliedPath(path, manager), object, APPLY_TYPE),
  };
}

function answered<T>(options: RequestOptions, body: object | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode < 200 || statusCode > 299) reject(new ApiError(statusCode, options.path ?? ""));
        else resolve(JSON.parse(Buffer.concat(parts).toString()) as T);
      });
    });
    sent.on("timeout", () => sent.destroy(late(options.timeout)));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function late(timeoutMs: number | undefined): Error {
  const error = new Error(`the API server does not answer within ${timeoutMs} ms`);
  error.name = "TimeoutError";
  return error;
}

/** Content type of an object that is applied on its server. JSON is YAML as well. */
const APPLY_TYPE = "application/apply-patch+yaml";

/** Where an object is applied in a manager's name, whoever else has set the same. */
function appliedPath(path: string, manager: string): string {
  return `${path}?fieldManager=${encodeURIComponent(manager)}&force=true`;
}
