export { gke } from "./clusters/gke";
export { cloudDns } from "./traffic/cloudDns";
