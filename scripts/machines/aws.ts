import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { awsBaseline } from "./documented";
import type { Row } from "./rows";

/** The part of an EC2 `InstanceTypeInfo` that the catalogue keeps. */
interface InstanceType {
  InstanceType: string;
  BurstablePerformanceSupported: boolean;
  MemoryInfo: { SizeInMiB: number };
  VCpuInfo: { DefaultVCpus: number };
  ProcessorInfo: { SupportedArchitectures: string[] };
  NetworkInfo: {
    DefaultNetworkCardIndex: number;
    Ipv4AddressesPerInterface: number;
    NetworkCards: { NetworkCardIndex: number; MaximumNetworkInterfaces: number }[];
  };
  GpuInfo?: { Gpus: { Count: number; Manufacturer: string }[] };
  NeuronInfo?: { NeuronDevices: { Count: number }[] };
}

/** The machine types of EC2, from the unpacked moto package. Macs cannot run nodes and are left out. */
export function awsMachines(moto: string): Row[] {
  const file = join(moto, "moto/ec2/resources/instance_types.json.gz");
  const types = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Record<string, InstanceType>;
  return Object.values(types)
    .filter((type) => !type.InstanceType.startsWith("mac"))
    .map(row);
}

function row(info: InstanceType): Row {
  const [family, size] = info.InstanceType.split(".") as [string, string];
  const arm = info.ProcessorInfo.SupportedArchitectures.includes("arm64");
  const card = info.NetworkInfo.NetworkCards.find(
    (one) => one.NetworkCardIndex === info.NetworkInfo.DefaultNetworkCardIndex,
  );
  const extended = accelerators(info);
  return {
    type: info.InstanceType,
    family,
    architecture: arm ? "arm64" : "amd64",
    vcpus: info.VCpuInfo.DefaultVCpus,
    memoryMiB: info.MemoryInfo.SizeInMiB,
    ...(card && {
      eni: { interfaces: card.MaximumNetworkInterfaces, ipv4: info.NetworkInfo.Ipv4AddressesPerInterface },
    }),
    ...(Object.keys(extended).length > 0 && { extended }),
    ...(info.BurstablePerformanceSupported && { baseline: awsBaseline(family, size) }),
  };
}

/** The resource names that the vendors' device plugins advertise. Partitions of a GPU count as no GPU. */
function accelerators(info: InstanceType): Record<string, number> {
  const found: Record<string, number> = {};
  for (const gpu of info.GpuInfo?.Gpus ?? []) {
    const name = gpu.Manufacturer === "AMD" ? "amd.com/gpu" : "nvidia.com/gpu";
    if (gpu.Manufacturer !== "Habana" && gpu.Count > 0) found[name] = (found[name] ?? 0) + gpu.Count;
  }
  for (const device of info.NeuronInfo?.NeuronDevices ?? []) {
    found["aws.amazon.com/neuron"] = (found["aws.amazon.com/neuron"] ?? 0) + device.Count;
  }
  return found;
}
