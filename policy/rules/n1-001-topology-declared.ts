import type { JudgedFleet } from "../judged";
import type { Rule } from "../rule";
import { declaredAmounts, listed } from "../wording";

/** Sites and their demand must be there to be judged: what nobody declares, nobody can promise. */
export const topologyDeclared: Rule = {
  name: "n1-001-topology-declared",
  displayName: "Sites and demand are declared",
  description: "A fleet declares its sites, their fault domains and what they must carry.",
  level: "mandatory",
  severity: "critical",
  remediation: "Give the Fleet a spec with sites and a demand, or set `demand` in the pack's configuration.",
  judge: (fleet) => {
    if (fleet.problems.length > 0) {
      const problems = fleet.problems.map(({ path, message }) => `  ${path} ${message}`);
      return [{ message: `${fleet.title} cannot be planned, so N+1 cannot be proven:\n${problems.join("\n")}` }];
    }
    // What is unknown is N1-002's to name, and what follows from it N1-004's.
    if (fleet.input === undefined && fleet.unknown.length > 0) return [];
    if (fleet.sites.length === 0 && fleet.unjudged.length > 0) return [{ message: unread(fleet) }];
    if (fleet.sites.length === 0 || fleet.input === undefined) {
      return [
        { message: `${fleet.title}: no demand/sites visible to the policy; N+1 cannot be proven.${hint(fleet)}` },
      ];
    }
    const missing = missingResources(fleet);
    if (missing.length === 0) return [];
    const whole = missing.length === (fleet.settings.resources ?? ALL).length;
    const what = whole ? "no demand" : `no demand of ${listed(missing)}`;
    return [{ message: `${fleet.title}: ${what} visible to the policy; N+1 cannot be proven. ${remedy(fleet)}` }];
  },
  compare: ({ fleets }) =>
    fleets.length < 2
      ? []
      : [
          {
            message: `${fleets.length} Fleets in one stack (${listed(fleets.map(({ name }) => name))}): each proves only itself. Keep one Fleet per stack.`,
          },
        ],
};

const ALL = ["cpu", "memory", "pods"] as const;

/** Whether nothing at all is asked of the sites, which {@link topologyDeclared} refuses. */
export function lacksDemand({ input }: JudgedFleet): boolean {
  return input !== undefined && Object.values(declaredAmounts(input)).every((amount) => !(amount > 0));
}

/** A program all of whose clusters are of providers that nobody reads here. */
function unread({ title, unjudged }: JudgedFleet): string {
  const called = unjudged.map(({ urn = "" }) => {
    const [types = "", name] = urn.split("::").slice(-2);
    return `${types.split("$").at(-1)} "${name}"`;
  });
  return `${title}: clusters that the policy does not read; N+1 cannot be proven. Of ${listed(called)} it knows neither nodes nor places: make them with the packages aws, gcp, azure or azure-native (without a version), or accept it as an exception for N1-001 and N1-004.`;
}

/** The environment variable hides the inputs of every component from policies. */
function hint(fleet: JudgedFleet): string {
  return fleet.urn === undefined ? "" : " (Is PULUMI_NODEJS_SKIP_COMPONENT_INPUTS set?)";
}

function missingResources(fleet: JudgedFleet): string[] {
  const amounts = declaredAmounts(fleet.input);
  return (fleet.settings.resources ?? ALL).filter((resource) => !((amounts[resource] ?? 0) > 0));
}

function remedy(fleet: JudgedFleet): string {
  return fleet.urn === undefined
    ? 'Set `demand` of the policy "multisite" in the pack\'s configuration, or give the containers requests.'
    : "Add it to `spec.demand`.";
}
