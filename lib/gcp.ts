export { gke } from "./clusters/gke";
export { cloudDns } from "./traffic/cloudDns";
export { globalLoadBalancer } from "./traffic/globalLoadBalancer";
export { type GoogleCasOptions, googleCas } from "./trust/gcp/certificateAuthority";
export { googleSecretManager, googleStoredTrust, type SecretManagerOptions } from "./trust/gcp/secretManager";
