import type { Field } from "./fields";
import { HOST_LABEL } from "./nodeLabels";
import { type PodSelection, readSelection } from "./podSelection";

const UNJUDGED = "Required pod anti-affinity that depends on more than hosts and labels of templates is not judged";

/** Reads required anti-affinity by host, as what pods are kept away; what cannot be judged is told to `note`. */
export function antiAffinity(spec: Field, note: (matter: string) => void): PodSelection[] {
  const required = spec.at("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  return required.items().flatMap((term) => {
    const selection = readSelection(term);
    if (selection !== undefined && term.at("topologyKey").text() === HOST_LABEL) return selection;
    note(UNJUDGED);
    return [];
  });
}
