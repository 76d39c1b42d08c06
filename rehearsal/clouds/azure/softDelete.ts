import type { Making } from "../model";
import { text } from "../wire";

/** What Key Vault has deleted keeps its name for as long as it can be recovered. */
export function notSoftDeleted(property: string, what: string): (it: Making) => string | undefined {
  return (it) => {
    const name = text(it.inputs, property) ?? "";
    const isThere = it.world.get(it.type, it.scope, it.id) !== undefined;
    const gone = it.world.buriedAs(it.type, it.scope, it.id) ?? it.world.buriedAs(it.type, it.scope, name);
    return isThere || gone === undefined
      ? undefined
      : `${property}: ${what} of the name "${name}" is deleted and can still be recovered; recover or purge it, or take another name (ObjectIsDeletedButRecoverable)`;
  };
}
