import type { Model } from "../model";
export function kubernetesModel(_type: string): Model | undefined {
  return undefined;
}
