import { StrangeAnswer } from "../sites/strangeAnswer";
import { textAt } from "./objects";

/** What an API server, or the way to it, answered in place of what was asked for. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** HTTP status; 0 when there was no answer at all. */
    readonly code: number,
    /** Reason of the answer's Status, such as `AlreadyExists`. */
    readonly reason: string,
    /** Plural of the kind that the answer is about, such as `namespaces`. */
    readonly about: string,
    /** Whether an API server says so, in a Status; false where nobody answered, or something on the way did. */
    readonly isStatus = true,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** The API server has no such kind. */
export class NoMatch extends Error {
  constructor(kind: string, apiVersion: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
    this.name = "NoMatch";
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
export const isExisting = (error: unknown): boolean => error instanceof ApiError && error.reason === "AlreadyExists";
export const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.code === 403;

/** An answer other than a success. */
export function answered(code: number, body: unknown): ApiError {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? "");
  let status: unknown;
  try {
    status = JSON.parse(text);
  } catch {
    status = undefined;
  }
  const isStatus = textAt(status, "kind") === "Status";
  const message = isStatus ? textAt(status, "message") : "";
  const error = new ApiError(
    message === "" || message === "Unauthorized" ? withoutWords(code, text) : message,
    code,
    isStatus ? textAt(status, "reason") : "",
    textAt(status, "details", "kind"),
    isStatus,
  );
  const isForeign = code === 404 && !isStatus && text.trim() !== NO_SUCH_PATH;
  return isForeign ? Object.assign(error, { cause: new StrangeAnswer("404 and a page", text) }) : error;
}

/** What an API server answers at a path that it does not serve, such as that of a group. */
const NO_SUCH_PATH = "404 page not found";

/** What client-go makes of answers that bring no message of their own. Source: k8s.io/apimachinery `NewGenericServerResponse`. */
function withoutWords(code: number, body: string): string {
  if (code === 401) return "the server has asked for the client to provide credentials";
  if (code === 403) return "the server does not allow access to the requested resource";
  if (code === 404) return "the server could not find the requested resource";
  const shown = body.trim().slice(0, 200);
  return code >= 500
    ? `an error on the server (${JSON.stringify(shown)}) has prevented the request from succeeding`
    : `the server answered ${code}: ${shown}`;
}

/** A success that is no API server's. */
export function strange(answer: StrangeAnswer): ApiError {
  return Object.assign(new ApiError(`${answer.message}: ${answer.shown}`, 0, "", "", false), { cause: answer });
}

/** OpenSSL's codes of certificates by an authority that is not trusted. */
const UNTRUSTED = new Set([
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Whether a connection failed since an authority that is not trusted has signed the server's certificate. */
export function isUntrusted(error: unknown): boolean {
  return UNTRUSTED.has((error as { code?: string }).code ?? "");
}

/** No answer: the words that Go has for it, as users of the real provider know them. */
export function unanswered(method: string, url: string, error: unknown): ApiError {
  const { code = "", name, message = String(error) } = error as { code?: string; name?: string; message?: string };
  const { host, hostname } = new URL(url);
  const reasons: { [code: string]: string } = {
    ECONNREFUSED: `dial tcp ${host}: connect: connection refused`,
    ECONNRESET: `read tcp ${host}: read: connection reset by peer`,
    EHOSTUNREACH: `dial tcp ${host}: connect: no route to host`,
    ENETUNREACH: `dial tcp ${host}: connect: network is unreachable`,
    ENOTFOUND: `dial tcp: lookup ${hostname}: no such host`,
    ETIMEDOUT: `dial tcp ${host}: i/o timeout`,
    CERT_HAS_EXPIRED: "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
    ERR_TLS_CERT_ALTNAME_INVALID: `tls: failed to verify certificate: x509: certificate is not valid for ${hostname}`,
  };
  const isLate = name === "AbortError" || name === "TimeoutError";
  const why = isUntrusted(error)
    ? "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    : isLate
      ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
      : (reasons[code] ?? message);
  const verb = `${method.charAt(0)}${method.slice(1).toLowerCase()}`;
  return new ApiError(`${verb} "${url}": ${why}`, 0, "", "", false);
}
