import { ApiError, type ApiServer } from "./api";

interface Lease {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
}

/** Seconds after which a lease that was not renewed is anybody's. */
const DURATION_SECONDS = 8;

/**
 * One of the site's withdrawers acts, the others wait: two would undo each other's work. As in Kubernetes' own leader
 * election no clock is compared with another: a lease is over when nobody has renewed it for as long as it holds.
 */
export class LeaderLease {
  readonly #api: ApiServer;
  readonly #path: string;
  readonly #identity: string;
  #seen = "";
  #seenAt = 0;

  constructor(api: ApiServer, path: string, identity: string) {
    this.#api = api;
    this.#path = path;
    this.#identity = identity;
  }

  /**
   * Renews the lease, or takes one that is over.
   * @param now milliseconds of a clock that only goes forward
   * @returns whether it is held
   */
  async hold(now: number): Promise<boolean> {
    const { metadata, spec = {} } = await this.#api.get<Lease>(this.#path);
    const seen = `${spec.holderIdentity} ${spec.renewTime}`;
    if (seen !== this.#seen) [this.#seen, this.#seenAt] = [seen, now];
    const isFree = (spec.holderIdentity ?? "") === "" || now - this.#seenAt > DURATION_SECONDS * 1000;
    if (spec.holderIdentity !== this.#identity && !isFree) return false;
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    const next = { holderIdentity: this.#identity, leaseDurationSeconds: DURATION_SECONDS, renewTime };
    try {
      await this.#api.merge(this.#path, { metadata: { resourceVersion: metadata.resourceVersion }, spec: next });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 409) return false;
      throw error;
    }
  }
}
