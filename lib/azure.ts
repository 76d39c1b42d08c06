export { aks } from "./clusters/aks";
export { trafficManager } from "./traffic/trafficManager";
export { azureKeyVault, type KeyVaultOptions } from "./trust/azure/keyVault";
