import type { Subject } from "../model";
import { text } from "../wire";

export const NETWORK = "gcp:compute/network:Network";
export const SUBNETWORK = "gcp:compute/subnetwork:Subnetwork";
export const ROUTER = "gcp:compute/router:Router";
export const ADDRESS = "gcp:compute/address:Address";
export const HA_GATEWAY = "gcp:compute/haVpnGateway:HaVpnGateway";
export const EXTERNAL_GATEWAY = "gcp:compute/externalVpnGateway:ExternalVpnGateway";
export const VPN_TUNNEL = "gcp:compute/vPNTunnel:VPNTunnel";
export const NCC_HUB = "gcp:networkconnectivity/hub:Hub";
export const NCC_GROUP = "gcp:networkconnectivity/group:Group";
export const NCC_SPOKE = "gcp:networkconnectivity/spoke:Spoke";
export const GKE_CLUSTER = "gcp:container/cluster:Cluster";
export const POOL = "gcp:container/nodePool:NodePool";
export const ACCOUNT = "gcp:serviceaccount/account:Account";
export const KEY_RING = "gcp:kms/keyRing:KeyRing";
export const CRYPTO_KEY = "gcp:kms/cryptoKey:CryptoKey";

export const CA_POOL = "gcp:certificateauthority/caPool:CaPool";
export const CA_AUTHORITY = "gcp:certificateauthority/authority:Authority";
export const CA_CERTIFICATE = "gcp:certificateauthority/certificate:Certificate";

export const SECRET = "gcp:secretmanager/secret:Secret";
export const SECRET_VERSION = "gcp:secretmanager/secretVersion:SecretVersion";

/** The project of a resource: its own, else its provider's. */
export function project({ inputs, account }: Pick<Subject, "inputs" | "account">): string {
  return text(inputs, "project") ?? account.owner ?? "no-project";
}

/** Where a thing lies when only its name is given: a path with `*` for the name. */
const PLACES: { readonly [type: string]: (region: string | undefined) => string } = {
  [NETWORK]: () => "global/networks",
  [SUBNETWORK]: (region) => `regions/${region}/subnetworks`,
  [ROUTER]: (region) => `regions/${region}/routers`,
  [HA_GATEWAY]: (region) => `regions/${region}/vpnGateways`,
  [EXTERNAL_GATEWAY]: () => "global/externalVpnGateways",
  [VPN_TUNNEL]: (region) => `regions/${region}/vpnTunnels`,
  [ADDRESS]: (region) => `regions/${region}/addresses`,
  [NCC_HUB]: () => "locations/global/hubs",
  [CA_POOL]: (region) => `locations/${region}/caPools`,
  [GKE_CLUSTER]: (region) => `locations/${region}/clusters`,
};

/** The id of a thing by its name: `projects/<project>/<place>/<name>`. */
export function idIn(place: (subject: Subject) => string) {
  return (subject: Subject): string => `projects/${project(subject)}/${place(subject)}/${text(subject.inputs, "name")}`;
}

/** The id that a self link, a relative path or a bare name stands for. */
export function canonicalId(value: string, type: string, subject: Subject): string {
  const path = value.replace(/^https:\/\/[^/]+\/(?:[a-z]+\/)?v\d\w*\//, "").replace(/^\/\/[^/]+\//, "");
  const place = PLACES[type];
  if (path.includes("/") || place === undefined) return path;
  return `projects/${project(subject)}/${place(text(subject.inputs, "location") ?? subject.region)}/${path}`;
}
