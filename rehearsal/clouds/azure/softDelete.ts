import { notSoftDeleted } from "../softDelete";

/** What Key Vault has deleted keeps its name for as long as it can be recovered. */
export const notRecoverable = (property: string, what: string) =>
  notSoftDeleted(
    property,
    (name) =>
      `${what} of the name "${name}" is deleted and can still be recovered; recover or purge it, or take another name (ObjectIsDeletedButRecoverable)`,
  );
