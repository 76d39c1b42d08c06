import type { CheckFailure, Properties } from "../../engine/provider";
import { configured } from "../configuration";
import type { Account, Autoname, Cloud, Model } from "../model";
import { regionRefusal } from "../regions";
import { digits, hex } from "../sdk/madeUp";
import type { ResourceSchema } from "../sdk/package";
import { holdsUnknown, text } from "../wire";
import { gcpFunctions } from "./functions";
import { gcpModel } from "./models";
import { canonicalId, project } from "./names";

/** Google Cloud, as `@pulumi/gcp` meets it. Things lie in a project; their ids say the region. */
export const gcp: Cloud = {
  name: "gcp",
  title: "Google Cloud",
  isOneScope: true,
  fills: true,
  replaces: ["project"],
  model: (type): Model | undefined => gcpModel(type),
  function: (token) => gcpFunctions[token],
  account,
  checkConfig,
  region: (inputs, account) =>
    text(inputs, "region") ??
    text(inputs, "location") ??
    text(inputs, "zone")?.replace(/-[a-z]$/, "") ??
    account.region,
  autoname,
  immutable: () => ["name", "namePrefix", "project", "region", "zone", "location"],
  id: (subject, _schema, hexOf) => {
    const name = text(subject.inputs, "name") ?? `${subject.name.toLowerCase()}-${hexOf(8)}`;
    const where =
      text(subject.inputs, "zone") ?? text(subject.inputs, "region") ?? text(subject.inputs, "location") ?? "global";
    return `projects/${project(subject)}/locations/${where}/${collection(subject.type)}/${name}`;
  },
  known: (subject, schema) => {
    const { inputs, account } = subject;
    const outputs: Properties = account.owner === undefined ? {} : { project: project(subject) };
    if (!schema.inputs.has("labels") || holdsUnknown(inputs.labels)) return outputs;
    const labels = {
      "goog-pulumi-provisioned": "true",
      ...(configured(account.config, "defaultLabels") as Properties),
      ...(inputs.labels as Properties),
    };
    return { ...outputs, effectiveLabels: labels, pulumiLabels: labels };
  },
  text: (subject) => (property) => {
    const {
      id,
      inputs,
      type,
      account: { owner, facts },
    } = subject;
    if (property === "selfLink") return `https://www.googleapis.com/${type.split(":")[1]?.split("/")[0]}/v1/${id}`;
    if (property === "name") return text(inputs, "name") ?? id.split("/").at(-1);
    if (property === "project" || property === "projectId") return project(subject);
    if (property === "projectNumber" || property === "number") return facts.projectNumber;
    if (property === "region" || property === "location") return subject.region;
    if (property === "email") return `${subject.name.toLowerCase()}@${owner}.iam.gserviceaccount.com`;
    if (/(Time|Timestamp|Date)$/.test(property)) return "2026-01-01T00:00:00.000-00:00";
    if (/^(network|subnetwork)$/.test(property)) return "default";
    if (/(cidrRange|Cidr|CidrBlock|Range)$/.test(property)) return "10.128.0.0/20";
    if (/(address|Ip)$/i.test(property)) return `34.${(Number.parseInt(hex(2, id), 16) % 200) + 20}.0.10`;
    if (/fingerprint$/i.test(property)) return `${Buffer.from(hex(12, id)).toString("base64").slice(0, 11)}=`;
    if (/(Id|^id)$/.test(property)) return digits(19, id, property);
    return undefined;
  },
  handle: canonicalId,
};

function account(config: Properties): Account {
  const owner = text(config, "project");
  const region = text(config, "region") ?? text(config, "zone")?.replace(/-[a-z]$/, "");
  const facts: { [name: string]: string } = { projectNumber: digits(12, "gcp", owner ?? "") };
  const zone = text(config, "zone");
  return { owner, region, facts: zone === undefined ? facts : { ...facts, zone }, config };
}

function checkConfig(config: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const [project, region] = [text(config, "project"), text(config, "region")];
  if (project !== undefined && !/^([a-z][a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project)) {
    const reason = `must be a project id: 6 to 30 lower-case letters, digits and hyphens that begin with a letter; got "${project}"`;
    failures.push({ property: "project", reason });
  }
  const reason = region === undefined ? undefined : regionRefusal("gcp", region);
  if (reason !== undefined) failures.push({ property: "region", reason });
  return failures;
}

function autoname(schema: ResourceSchema, model: Model | undefined): Autoname | undefined {
  const property = model?.name?.property ?? "name";
  const input = schema.inputs.get(property);
  if (input === undefined || !input.optional || input.type.kind !== "string") return undefined;
  return { property, separator: "-", digits: 7, maxLength: model?.name?.maxLength ?? 63, lowerCase: true };
}

function collection(type: string): string {
  const name = type.split(":").at(-1) ?? type;
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}s`;
}
