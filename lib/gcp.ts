export { gke } from "./clusters/gke";
