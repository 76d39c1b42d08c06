import type { Making } from "./model";
import { text } from "./wire";

/**
 * Refuses a new thing while its cloud keeps the id or the name of a deleted one. What an earlier process deleted is not known:
 * the engine's state tells only of what is there.
 * @param property that holds the name
 * @param says what the cloud says, after the property
 */
export function notSoftDeleted(property: string, says: (name: string, it: Making) => string) {
  return (it: Making): string | undefined => {
    const name = text(it.inputs, property) ?? "";
    const isThere = it.world.get(it.type, it.scope, it.id) !== undefined;
    const gone = it.world.buriedAs(it.type, it.scope, it.id) ?? it.world.buriedAs(it.type, it.scope, name);
    return isThere || gone === undefined ? undefined : `${property}: ${says(name, it)}`;
  };
}
