export { aks } from "./clusters/aks";
