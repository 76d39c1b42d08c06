import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { dnsSuffix } from "../../lib/plan/awsPartition";
import { UserError } from "../userError";
import { type ExecCredential, execCredential } from "./execCredential";
import { loadPeers, type TokenDeps } from "./peers";

/** Which cluster to authenticate to, and as whom. */
export interface EksTokenOptions {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  /** Role to assume first. @default the runner's own credentials */
  readonly roleArn?: string;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type CredentialProvider = () => Promise<Credentials>;

/** The part of `@aws-sdk/credential-providers` that is used. */
interface CredentialProviders {
  fromNodeProviderChain(init: { clientConfig: { region: string } }): CredentialProvider;
  fromTemporaryCredentials(init: {
    params: { RoleArn: string; RoleSessionName: string };
    clientConfig: { region: string };
  }): CredentialProvider;
}

/** The part of `@smithy/signature-v4` that is used. */
interface Signing {
  SignatureV4: new (init: {
    service: string;
    region: string;
    credentials: Credentials | CredentialProvider;
    sha256: typeof Sha256;
  }) => { presign(request: object, options: object): Promise<SignedRequest> };
}

interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
}

/** Seconds in which the signature must be used; EKS accepts no more. */
const SIGNATURE_SECONDS = 60;

/** EKS takes a token for 15 minutes after its signature; a minute is left for clocks that differ. */
const TOKEN_MINUTES = 14;

/**
 * A token for EKS: a signed request to STS that says who its bearer is, for one cluster. EKS sends it and learns the
 * caller's identity from the answer, so that no secret leaves the runner.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
export async function eksToken(options: EksTokenOptions, deps: TokenDeps): Promise<ExecCredential> {
  const [providers, signing] = loadPeers("eks", deps) as [CredentialProviders, Signing];
  const now = deps.now();
  const signer = new signing.SignatureV4({
    service: "sts",
    region: options.region,
    credentials: await credentials(options, providers),
    sha256: Sha256,
  });
  const hostname = `sts.${options.region}.${dnsSuffix(options.region)}`;
  const request = {
    method: "GET",
    protocol: "https:",
    hostname,
    path: "/",
    query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
    // The cluster's name is part of what is signed: the token is worth nothing for another.
    headers: { host: hostname, "x-k8s-aws-id": options.cluster },
  };
  const signed = await signer.presign(request, { expiresIn: SIGNATURE_SECONDS, signingDate: now });
  const token = `k8s-aws-v1.${Buffer.from(urlOf(signed), "utf8").toString("base64url")}`;
  return execCredential(token, new Date(now.getTime() + TOKEN_MINUTES * 60_000));
}

async function credentials({ region, roleArn }: EksTokenOptions, providers: CredentialProviders): Promise<Credentials> {
  const clientConfig = { region };
  const provide = roleArn
    ? providers.fromTemporaryCredentials({
        params: { RoleArn: roleArn, RoleSessionName: "multisite-token" },
        clientConfig,
      })
    : providers.fromNodeProviderChain({ clientConfig });
  try {
    return await provide();
  } catch (error) {
    const as = roleArn ? ` to assume ${roleArn}` : "";
    throw new UserError(`multisite token eks found no AWS credentials${as}: ${(error as Error).message}`);
  }
}

function urlOf({ protocol, hostname, path, query = {} }: SignedRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? ""]).map((one) => `${encode(name)}=${encode(one)}`),
  );
  return `${protocol}//${hostname}${path}?${pairs.join("&")}`;
}

/** Encodes as AWS signs it, RFC 3986: `encodeURIComponent` leaves five characters out. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Node's SHA-256 in the shape that the signer asks for. */
class Sha256 {
  readonly hash: Hash | Hmac;

  constructor(secret?: string | Uint8Array | ArrayBuffer) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }

  update(data: string | Uint8Array | ArrayBuffer): void {
    this.hash.update(bytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
}

function bytes(data: string | Uint8Array | ArrayBuffer): string | Uint8Array {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
