import { UserError } from "../userError";
import { type ExecCredential, execCredential } from "./execCredential";
import { loadPeers, type TokenDeps } from "./peers";

/** On whose behalf to ask. */
export interface GkeTokenOptions {
  /** Project of the cluster, which is also the one whose quota is used. @default that of the credentials */
  readonly project?: string;
}

/** The part of `google-auth-library` that is used. */
interface GoogleAuthLibrary {
  GoogleAuth: new (options: { scopes: string[]; projectId?: string }) => { getClient(): Promise<GoogleClient> };
}

interface GoogleClient {
  readonly credentials: { readonly expiry_date?: number | null };
  getAccessToken(): Promise<{ token?: string | null }>;
}

/** Google's access tokens live for an hour; a client that does not say when its own ends gets a part of it. */
const MINUTES_UNKNOWN = 30;

/** A token for GKE: an OAuth access token of the runner's application default credentials. Every cluster accepts it. */
export async function gkeToken(options: GkeTokenOptions, deps: TokenDeps): Promise<ExecCredential> {
  const [library] = loadPeers("gke", deps) as [GoogleAuthLibrary];
  const auth = new library.GoogleAuth({
    scopes: ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email"],
    ...(options.project && { projectId: options.project }),
  });
  try {
    const client = await auth.getClient();
    const { token } = await client.getAccessToken();
    if (!token) throw new Error("the credentials gave no access token");
    const end = client.credentials.expiry_date ?? deps.now().getTime() + MINUTES_UNKNOWN * 60_000;
    return execCredential(token, new Date(end));
  } catch (error) {
    throw new UserError(`multisite token gke found no Google credentials: ${(error as Error).message}`);
  }
}
