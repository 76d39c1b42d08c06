import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

/** An answer of the API server that is none of what was asked for. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    path: string,
  ) {
    super(`the API server answered ${status} to ${path}`);
  }
}

/** The site's own API server, as a pod reaches it. */
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

/** Opens it with the pod's own account. */
export function apiServer(env: NodeJS.ProcessEnv = process.env): ApiServer {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const send = <T>(method: string, path: string, body?: object, type = "application/merge-patch+json") =>
    new Promise<T>((resolve, reject) => {
      const sent = request(
        {
          agent,
          method,
          path,
          host: env.KUBERNETES_SERVICE_HOST,
          port: env.KUBERNETES_SERVICE_PORT,
          ca: readFileSync(`${ACCOUNT}/ca.crt`),
          timeout: TIMEOUT_MS,
          headers: {
            accept: "application/json",
            "content-type": type,
            // Read again each time: a kubelet renews it.
            authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, "utf8").trim()}`,
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("error", reject);
          response.on("end", () => {
            const { statusCode = 0 } = response;
            if (statusCode < 200 || statusCode > 299) reject(new ApiError(statusCode, path));
            else resolve(JSON.parse(Buffer.concat(parts).toString()) as T);
          });
        },
      );
      sent.on("timeout", () => sent.destroy(new Error(`the API server does not answer within ${TIMEOUT_MS} ms`)));
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return {
    get: (path) => send("GET", path),
    merge: (path, change) => send("PATCH", path, change),
    apply: (path, manager, object) => send("PATCH", appliedPath(path, manager), object, APPLY_TYPE),
  };
}

/** Content type of an object that is applied on its server. JSON is YAML as well. */
export const APPLY_TYPE = "application/apply-patch+yaml";

/** Where an object is applied in a manager's name, whoever else has set the same. */
export function appliedPath(path: string, manager: string): string {
  return `${path}?fieldManager=${encodeURIComponent(manager)}&force=true`;
}
