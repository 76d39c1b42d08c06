import type { Model } from "../model";
export function gcpModels(): { readonly [type: string]: Model } {
  return {};
}
