export { aks } from "./clusters/aks";
export { frontDoor } from "./traffic/frontDoor";
export { trafficManager } from "./traffic/trafficManager";
export { azureKeyVault, type KeyVaultOptions } from "./trust/azure/keyVault";
