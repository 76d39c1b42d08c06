import type { Model } from "../model";
export function awsModels(): { readonly [type: string]: Model } {
  return {};
}
