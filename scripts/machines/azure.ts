import { join } from "node:path";
import { azureBaseline } from "./documented";
import { csv } from "./packages";
import { merge, type Row } from "./rows";

/** Azure's VM sizes, from the two tables in the unpacked boaviztapi package. */
export function azureMachines(boaviztapi: string): Row[] {
  const data = join(boaviztapi, "boaviztapi/data");
  const vantage = csv(join(data, "utils/complete_Azure_VMs/azure_vms_from_vantage.csv")).map((record) =>
    row(sizeOf(record), record.vCPUs, record["Instance Memory"], record.GPUs),
  );
  const known = new Map(vantage.flat().map((one) => [one.type.toLowerCase(), one.type]));
  const archetypes = csv(join(data, "archetypes/cloud/azure.csv")).map((record) => {
    const size = (record.id ?? "").replace(/^standard_/, "");
    // This table is in lower case. The spelling comes from the other table; without one the row is left out,
    // because the letters that the convention writes in capitals cannot be told.
    const type = known.get(`standard_${size}`);
    return type ? row(type.replace(/^Standard_/, ""), record.vcpu, record.memory, record.gpu_units) : [];
  });
  return merge(vantage.flat(), archetypes.flat());
}

/** "D2als v6" is Standard_D2als_v6; the table spells the M v3 sizes, one ND size and one NV size otherwise. */
function sizeOf(record: Record<string, string>): string {
  const api = record["API Name"] ?? "";
  const name = /\d[a-z]+v\d$/.test(api) ? (record.Name ?? "").replace(/^Standard /, "") : api;
  const joined = name.replace(/^Gs/, "GS").replaceAll(" ", "_");
  return joined.replace(/^(M\d+d?s)(\d)_v3$/, "$1_$2_v3").replace(/^ND96asr_A100_v4$/, "ND96asr_v4");
}

/** An empty result leaves a row out: the S sizes are SAP appliances that no node pool can use. */
function row(size: string, vcpus = "", memoryGiB = "", gpus = "0"): Row[] {
  if (/^S\d/.test(size)) return [];
  const read: Row = {
    type: `Standard_${size}`,
    family: azureFamily(size),
    architecture: /^[A-Z]+\d+(?:-\d+)?p/.test(size) || /^[A-Z]+\d+[a-z]*p[a-z]*_/.test(size) ? "arm64" : "amd64",
    // A constrained size (E32-16ads_v5) keeps the memory of the 32 and shows 16 vCPUs.
    vcpus: Number(/^[A-Z]+\d+-(\d+)/.exec(size)?.[1] ?? vcpus.split(" ")[0]),
    memoryMiB: memoryMiB(size, Number(memoryGiB.split(" ")[0])),
    ...accelerators(size, gpus),
    ...(/^B\d/.test(size) && { baseline: azureBaseline(size) }),
  };
  if (!(read.vcpus > 0 && read.memoryMiB > 0)) throw new Error(`unreadable size: ${size} ${vcpus} ${memoryGiB}`);
  return [read];
}

/** The table rounds 218.75 and 437.5 GiB of the M sizes to whole GiB, so half a GiB is taken off theirs. */
function memoryMiB(size: string, gib: number): number {
  return Math.floor((/^M\d/.test(size) ? gib - 0.5 : gib) * 1024);
}

/** Family letters, the letters after the size, and the version: D4s_v5 is of Ds_v5, NC4as_T4_v3 of NCas_T4_v3. */
function azureFamily(size: string): string {
  return size.replace(/^([A-Z]+)\d+(?:-\d+)?/i, "$1");
}

/** Whole GPUs only: "1/6X A10" is a partition, and counts as none. AMD's are the MI25 and the V620. */
function accelerators(size: string, gpus: string): Pick<Row, "extended"> {
  const count = gpus.includes("/") ? 0 : Number.parseInt(gpus, 10);
  if (!(count > 0)) return {};
  return { extended: { [/^NG|^NV\d+as_v4/.test(size) ? "amd.com/gpu" : "nvidia.com/gpu"]: count } };
}
