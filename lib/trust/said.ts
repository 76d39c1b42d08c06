import { LateError } from "../lateError";
import { BundleError } from "../plan/trust/bundle";
import { SuppliedRootError } from "../plan/trust/supplied";

/** A check of the plan's, of a value that is known during a run only. @throws LateError with what it finds wrong */
export function said<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    const isFound = error instanceof SuppliedRootError || error instanceof BundleError;
    throw isFound ? new LateError(error.message) : error;
  }
}
