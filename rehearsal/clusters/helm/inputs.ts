import { isUnknown, own, plain, reveal } from "../../clouds/wire";
import type { CheckFailure, CheckRequest, Properties } from "../../engine/provider";
import type { RepositoryAccess, WantedChart } from "./charts/wanted";
import { assignedName } from "./naming";

/** Switches of a release; each is off unless it is given. */
const SWITCHES = [
  "allowNullValues",
  "atomic",
  "cleanupOnFail",
  "createNamespace",
  "dependencyUpdate",
  "devel",
  "disableCRDHooks",
  "disableOpenapiValidation",
  "disableWebhooks",
  "forceUpdate",
  "lint",
  "recreatePods",
  "renderSubchartNotes",
  "replace",
  "resetValues",
  "reuseValues",
  "skipAwait",
  "skipCrds",
  "takeOwnership",
  "verify",
  "waitForJobs",
] as const;

const TEXTS = ["chart", "description", "keyring", "name", "namespace", "postrender", "version"] as const;

/** What is given but never sent: outputs of old versions, and files that are read while the inputs are checked. */
const DROPPED: ReadonlySet<string> = new Set(["valueYamlFiles", "resourceNames", "status", "checksum"]);

/** Seconds for an install, an upgrade or an uninstall, and for what each waits for. */
const DEFAULT_TIMEOUT_SECONDS = 300;

/** The inputs of a release, read. */
export type ReleaseInputs = Readonly<
  Record<(typeof SWITCHES)[number], boolean> & Record<(typeof TEXTS)[number], string>
> & {
  readonly timeoutSeconds: number;
  /** Revisions that are kept; 0 for all. */
  readonly maxHistory: number;
  /** Plain JSON; may hold secrets. */
  readonly values: Properties;
  readonly repository: RepositoryAccess;
};

/**
 * A program's inputs with all that it leaves out, as the real provider writes them into the state.
 * @param values of the release, in wire form, with those of its files.
 */
export function completeInputs(request: CheckRequest, values: unknown, defaultNamespace: string): Properties {
  const { news } = request;
  const inputs: Properties = {};
  for (const name of SWITCHES) inputs[name] = false;
  for (const name of TEXTS) inputs[name] = "";
  for (const [name, value] of Object.entries(news)) {
    if (value !== null && value !== undefined && !DROPPED.has(name)) inputs[name] = value;
  }
  inputs.values = values;
  inputs.name = assignedName(request);
  if (inputs.namespace === "") inputs.namespace = defaultNamespace;
  inputs.timeout ??= reveal(inputs.skipAwait) === true ? 0 : DEFAULT_TIMEOUT_SECONDS;
  return inputs;
}

/** What a rehearsal does not do, by name, and why. */
export const REFUSED = {
  lint: "nobody here lints charts while planning; run helm lint in the chart's own project",
  postrender: "a program that changes manifests on their way is not run",
  verify: "provenance files are not verified, since the charts' keys are not here",
} as const;

/** Inputs that are not done, and those of the wrong type. */
export function refusals(inputs: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const [property, why] of Object.entries(REFUSED)) {
    const value = reveal(own(inputs, property));
    if (value === undefined || value === false || value === "") continue;
    failures.push({ property, reason: `cannot rehearse: ${why}` });
  }
  for (const [property, value] of Object.entries(inputs)) {
    const wanted = wantedType(property);
    const is = typeof reveal(value);
    if (wanted === undefined || isUnknown(value) || is === wanted) continue;
    failures.push({ property, reason: `expected type '${wanted}', got '${is}'` });
  }
  return failures;
}

function wantedType(property: string): "boolean" | "string" | "number" | undefined {
  if ((SWITCHES as readonly string[]).includes(property)) return "boolean";
  if ((TEXTS as readonly string[]).includes(property)) return "string";
  return property === "timeout" || property === "maxHistory" ? "number" : undefined;
}

/** Reads inputs that are known, such as {@link completeInputs} gives them, or a state that has them. */
export function readInputs(inputs: Properties): ReleaseInputs {
  const known = plain(inputs) as Properties;
  const timeout = Number(known.timeout ?? 0);
  return {
    ...(Object.fromEntries(SWITCHES.map((name) => [name, known[name] === true])) as Record<
      (typeof SWITCHES)[number],
      boolean
    >),
    ...(Object.fromEntries(TEXTS.map((name) => [name, textOf(known[name])])) as Record<(typeof TEXTS)[number], string>),
    timeoutSeconds: timeout > 0 ? timeout : DEFAULT_TIMEOUT_SECONDS,
    maxHistory: Number(known.maxHistory ?? 0),
    values: (known.values ?? {}) as Properties,
    repository: repositoryOf((known.repositoryOpts ?? {}) as Properties),
  };
}

function repositoryOf(given: Properties): RepositoryAccess {
  return {
    repo: textOf(given.repo).trim(),
    username: textOf(given.username),
    password: textOf(given.password),
    caFile: textOf(given.caFile),
    certFile: textOf(given.certFile),
    keyFile: textOf(given.keyFile),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The chart that a release asks for. */
export function wantedChart({ chart, version, devel, repository }: ReleaseInputs): WantedChart {
  return { chart, version, devel, repository };
}
