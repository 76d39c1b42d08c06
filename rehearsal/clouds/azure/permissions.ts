import type { Making } from "../model";
import { text } from "../wire";

const ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment";

/** Roles that may connect a network: Network Contributor, Contributor and Owner (Azure built-in roles). */
const ROLES = [
  "4d97b98b-1d4f-4787-a291-c67834d212e7",
  "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
];

/**
 * A connection changes the remote network too. Whoever says no clientId is the runner, who made the networks of all
 * subscriptions; a principal of its own is nobody in another subscription until a role there is given. Which principal has it
 * no rehearsal can tell: a role names the object, and a provider the application.
 */
export function mayJoin(it: Making): string | undefined {
  const vnet = it.target("remoteVirtualNetwork.id");
  const client = text(it.account.config, "clientId");
  const [, , there] = vnet?.id.toLowerCase().split("/") ?? [];
  if (vnet === undefined || client === undefined || there === it.account.owner?.toLowerCase()) return undefined;
  for (const { inputs } of it.world.all(ROLE_ASSIGNMENT, it.scope)) {
    const scope = text(inputs, "scope")?.toLowerCase() ?? "";
    const role = text(inputs, "roleDefinitionId")?.split("/").at(-1)?.toLowerCase() ?? "";
    if (ROLES.includes(role) && (vnet.id.toLowerCase() === scope || vnet.id.toLowerCase().startsWith(`${scope}/`)))
      return undefined;
  }
  return (
    `remoteVirtualNetwork: the principal ${client} has no role that may join ${vnet.id}, in another subscription than its own; ` +
    "give it Network Contributor there first"
  );
}
