import type { Subject } from "../model";
import { text } from "../wire";

/** The project of a resource: its own, else its provider's. */
export function project({ inputs, account }: Pick<Subject, "inputs" | "account">): string {
  return text(inputs, "project") ?? account.owner ?? "no-project";
}

/** Where a thing lies when only its name is given: a path with `*` for the name. */
const PLACES: { readonly [type: string]: (region: string | undefined) => string } = {
  "gcp:compute/network:Network": () => "global/networks",
  "gcp:compute/subnetwork:Subnetwork": (region) => `regions/${region}/subnetworks`,
  "gcp:compute/router:Router": (region) => `regions/${region}/routers`,
  "gcp:compute/address:Address": (region) => `regions/${region}/addresses`,
  "gcp:container/cluster:Cluster": (region) => `locations/${region}/clusters`,
};

/** The id that a self link, a relative path or a bare name stands for. */
export function canonicalId(value: string, type: string, subject: Subject): string {
  const path = value.replace(/^https:\/\/[^/]+\/(?:[a-z]+\/)?v\d\w*\//, "").replace(/^\/\/[^/]+\//, "");
  const place = PLACES[type];
  if (path.includes("/") || place === undefined) return path;
  return `projects/${project(subject)}/${place(subject.region)}/${path}`;
}
