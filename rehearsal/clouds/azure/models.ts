import type { Model } from "../model";
export function azureModels(): { readonly [type: string]: Model } {
  return {};
}
