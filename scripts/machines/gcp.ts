import { join } from "node:path";
import { GCP_SHARED_CORE } from "./documented";
import { csv } from "./packages";
import type { Row } from "./rows";

/** Google's predefined machine types, from the unpacked boaviztapi package. */
export function gcpMachines(boaviztapi: string): Row[] {
  return csv(join(boaviztapi, "boaviztapi/data/archetypes/cloud/gcp.csv")).map((record) => {
    const type = record.id ?? "";
    const gpus = Number(record.gpu_units);
    const baseline = GCP_SHARED_CORE[type];
    const row: Row = {
      type,
      family: type.split("-")[0] ?? "",
      architecture: gcpArchitecture(type),
      vcpus: Number(record.vcpu),
      memoryMiB: Math.floor(Number(record.memory) * 1024),
      ...(gpus > 0 && { extended: { "nvidia.com/gpu": gpus } }),
      ...(baseline !== undefined && { baseline }),
    };
    if (!(row.vcpus > 0 && row.memoryMiB > 0)) throw new Error(`unreadable machine type: ${JSON.stringify(record)}`);
    return row;
  });
}

/**
 * Arm families end in `a` after the generation (t2a, c4a, n4a); a1 to a9 are accelerator families.
 * Source: docs.cloud.google.com/compute/docs/machine-resource#naming_convention.
 */
function gcpArchitecture(type: string): Row["architecture"] {
  return /^[b-z]\d+a-/.test(type) ? "arm64" : "amd64";
}
