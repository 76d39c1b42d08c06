import type { CheckFailure, Properties } from "../../engine/provider";
import type { Account, Autoname, Cloud, Model, Subject } from "../model";
import { regionRefusal } from "../regions";
import { guid, hex } from "../sdk/madeUp";
import type { ResourceSchema } from "../sdk/package";
import { isUnknown, text, UNKNOWN } from "../wire";
import type { World } from "../world";
import { azureFunctions } from "./functions";
import { azureModel } from "./models";
import { GROUP, groupId, lowerId, pathNames } from "./names";

/** Azure, as `@pulumi/azure-native` meets it. Things lie in a subscription; ids are paths of names, in which case counts nothing. */
export const azure: Cloud = {
  name: "azure-native",
  title: "Azure",
  isOneScope: true,
  fills: true,
  replaces: ["subscriptionId", "tenantId"],
  model: (type): Model | undefined => azureModel(type),
  function: (token) => azureFunctions[token],
  account,
  checkConfig,
  region: (inputs, account) => normalLocation(text(inputs, "location") ?? account.region),
  autoname,
  defaults,
  immutable: (schema) => [...pathNames(schema), "location"],
  id: ({ type, inputs, account }, schema, hexOf) => {
    const [, module = "", kind = ""] = type.split(":");
    const names = pathNames(schema)
      .filter((name) => name !== "resourceGroupName")
      .map((name) => text(inputs, name) ?? "default");
    const group = text(inputs, "resourceGroupName");
    const where = `/subscriptions/${account.owner}${group === undefined ? "" : `/resourceGroups/${group}`}`;
    return `${where}/providers/Microsoft.${module.charAt(0).toUpperCase()}${module.slice(1)}/${kind.charAt(0).toLowerCase()}${kind.slice(1)}s/${names.length === 0 ? hexOf(8) : names.join("/")}`;
  },
  text:
    ({ id, type, account: { facts }, region }) =>
    (property) => {
      if (property === "name") return id.split("/").at(-1);
      if (property === "type")
        return id
          .replace(/^.*\/providers\//, "")
          .split("/")
          .filter((_, i) => i === 0 || i % 2 === 1)
          .join("/");
      if (property === "azureApiVersion") return "2025-01-01";
      if (property === "provisioningState") return "Succeeded";
      if (property === "etag" || property === "eTag") return `W/"${guid(id, "etag")}"`;
      if (property === "location") return region;
      if (property === "tenantId" || property === "tenantID") return facts.tenant;
      if (/(Id|guid|Guid|Oid)$/.test(property)) return guid(id, property);
      if (/(At|Time|Date)$/.test(property)) return "2026-01-01T00:00:00Z";
      if (/(fqdn|FQDN|Uri|Endpoint)$/i.test(property)) return `${hex(8, id)}.${type.split(":")[1]}.azure.com`;
      return undefined;
    },
  handle: lowerId,
};

function account(config: Properties): Account {
  const owner = text(config, "subscriptionId") ?? guid("azure", "subscription");
  const facts = {
    tenant: text(config, "tenantId") ?? guid("azure", "tenant"),
    object: guid("azure", "object", owner),
    client: text(config, "clientId") ?? guid("azure", "client"),
  };
  return { owner, region: normalLocation(text(config, "location")), facts, config };
}

function checkConfig(config: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const property of ["subscriptionId", "tenantId", "clientId"]) {
    const value = text(config, property);
    if (value !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) {
      failures.push({
        property,
        reason: `must be a GUID such as 00000000-0000-4000-a000-000000000001; got "${value}"`,
      });
    }
  }
  const location = normalLocation(text(config, "location"));
  const reason = location === undefined ? undefined : regionRefusal("azure", location);
  return reason === undefined ? failures : [...failures, { property: "location", reason }];
}

/** `West Europe` and `westeurope` are one location. */
export function normalLocation(location: string | undefined): string | undefined {
  return location?.toLowerCase().replaceAll(" ", "");
}

/**
 * Only the thing's own name may be left out; the names of what it lies in are required. A thing in a resource group gets
 * random digits, a thing in another thing its logical name, a role assignment a GUID.
 * Source: `getDefaultName` in pulumi-azure-native provider/pkg/provider/provider.go.
 */
function autoname(schema: ResourceSchema, model: Model | undefined): Autoname | undefined {
  const path = pathNames(schema);
  const property = model?.name?.property ?? path.find((name) => schema.inputs.get(name)?.optional);
  if (property === undefined || schema.inputs.get(property)?.optional !== true) return undefined;
  const how = { property, separator: "", digits: 8, maxLength: model?.name?.maxLength ?? 260 };
  if (property === "roleAssignmentName") return { ...how, style: "uuid" };
  const isChild = path.some((name) => name !== "resourceGroupName" && name !== property) || schema.inputs.has("scope");
  return isChild ? { ...how, style: "copy" } : how;
}

/** The location is the provider's, else that of the resource group. */
function defaults({ inputs, account }: Subject, schema: ResourceSchema, world: World): Properties {
  if (!schema.inputs.has("location") || Object.hasOwn(inputs, "location")) return {};
  if (account.region !== undefined) return { location: account.region };
  const group = text(inputs, "resourceGroupName");
  if (group === undefined) return isUnknown(inputs.resourceGroupName) ? { location: UNKNOWN } : {};
  const location = text(world.find(GROUP, azure.title, groupId(group, account))?.outputs, "location");
  return location === undefined ? {} : { location };
}
