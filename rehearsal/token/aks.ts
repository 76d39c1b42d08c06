import { UserError } from "../userError";
import { type ExecCredential, execCredential } from "./execCredential";
import { loadPeers, type TokenDeps } from "./peers";

/** Where to ask. */
export interface AksTokenOptions {
  /** Entra tenant of the cluster's subscription. @default that of the credentials */
  readonly tenant?: string;
}

/** The part of `@azure/identity` that is used. */
interface AzureIdentity {
  DefaultAzureCredential: new (options: {
    tenantId?: string;
  }) => {
    getToken(scope: string, options: { tenantId?: string }): Promise<{ token: string; expiresOnTimestamp: number }>;
  };
}

/**
 * The application that stands for the API server of every AKS cluster with Entra, in every tenant.
 * https://azure.github.io/kubelogin/concepts/aks.html
 */
const AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630";

/** A token for AKS with Entra: the runner's Azure credentials, whichever `DefaultAzureCredential` finds. */
export async function aksToken({ tenant }: AksTokenOptions, deps: TokenDeps): Promise<ExecCredential> {
  const [library] = loadPeers("aks", deps) as [AzureIdentity];
  const inTenant = tenant ? { tenantId: tenant } : {};
  try {
    const credential = new library.DefaultAzureCredential(inTenant);
    const { token, expiresOnTimestamp } = await credential.getToken(`${AKS_SERVER}/.default`, inTenant);
    return execCredential(token, new Date(expiresOnTimestamp));
  } catch (error) {
    throw new UserError(`multisite token aks found no Azure credentials: ${(error as Error).message}`);
  }
}
