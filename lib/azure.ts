export { aks } from "./clusters/aks";
export { trafficManager } from "./traffic/trafficManager";
