import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { moto } from "../../support/moto";
import { reserveAddresses } from "../../support/moto/addresses";
import { motoPython } from "../../support/moto/environment";
import { piped } from "../../support/piped";
import { type Rehearsed, rehearsed } from "../../support/rehearsedTraffic";

const SCRIPT = join(__dirname, "../../support/moto/accelerator.py");

const EIP = "aws:ec2/eip:Eip";

type Inputs = Readonly<Record<string, unknown>>;

/** Calls of Global Accelerator's API. */
interface Calls {
  readonly allocations: Readonly<Record<string, string>>;
  readonly accelerator: object;
  readonly listener: object;
  readonly groups: readonly Inputs[];
}

/** What the API lists afterwards. */
interface Listed {
  readonly refused?: string;
  readonly accelerator: Inputs;
  readonly listeners: readonly Inputs[];
  readonly groups: readonly Inputs[];
}

/** Inputs of Pulumi's resources as the API takes them: the same names in Pascal case, but for abbreviations. */
function asCalls({ resources }: Rehearsed, names: ReadonlyMap<string, string>): Omit<Calls, "allocations"> {
  const of = (type: string) =>
    resources.filter((one) => one.type.startsWith(`aws:globalaccelerator/${type}:`)).map(({ inputs }) => inputs);
  const [[accelerator], [listener]] = [of("accelerator"), of("listener")];
  const taken = (inputs: Inputs | undefined, ...left: string[]) =>
    pascal(Object.fromEntries(Object.entries(inputs ?? {}).filter(([key]) => !left.includes(key))), names) as Inputs;
  return {
    accelerator: taken(accelerator),
    listener: taken(listener, "acceleratorArn"),
    groups: of("endpointGroup").map((group) => taken(group, "listenerArn")),
  };
}

function pascal(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => pascal(one, names));
  if (typeof value === "string") return names.get(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key[0]!.toUpperCase() + key.slice(1), pascal(one, names)]),
  );
}

test("an accelerator that AWS's own client makes is what the plan says", async (t) => {
  const [aws, found] = [await moto(t), await motoPython()];
  for (const one of [aws, found]) if (typeof one === "string") return t.skip(one);
  if (typeof aws === "string" || typeof found === "string") return;
  t.after(() => aws.route53.destroy());
  const fleet = await rehearsed({ front: "globalAccelerator" }, "fronted");
  const names = new Map<string, string>();
  const allocations = await reserveAddresses(aws, fleet, names);
  const calls = asCalls(fleet, names);
  const made = async (change: Partial<Calls> = {}): Promise<Listed> => {
    return JSON.parse(await piped(found.python, [SCRIPT], JSON.stringify({ allocations, ...calls, ...change })));
  };

  await t.test("field by field, as it is read back", async () => {
    const traffic = fleet.plan.traffic!;
    const { front, health } = traffic;
    assert.ok(front?.service === "globalAccelerator");
    const { refused, accelerator, listeners, groups } = await made();
    assert.equal(refused, undefined);
    assert.deepEqual(
      [accelerator.Name, accelerator.Enabled, accelerator.IpAddressType],
      ["shop-example-com", true, "IPV4"],
    );
    assert.deepEqual(
      listeners.map(({ Protocol, PortRanges }) => [Protocol, PortRanges]),
      [["TCP", [{ FromPort: health.port, ToPort: health.port }]]],
    );
    const endpointsOf = (site: string) => {
      const own = new Set(fleet.addresses.get(site));
      const eips = fleet.resources.filter(({ type, outputs }) => type === EIP && own.has(outputs.publicIp as string));
      assert.ok(eips.length > 0, site);
      return eips.map(({ outputs }) => names.get(outputs.allocationId as string)!);
    };
    const planned = front.groups.map(({ region, sites }) => ({
      EndpointGroupRegion: region,
      TrafficDialPercentage: 100,
      HealthCheckIntervalSeconds: front.time.intervalSeconds,
      ThresholdCount: front.time.failures,
      HealthCheckPath: health.path,
      HealthCheckPort: health.port,
      HealthCheckProtocol: "HTTPS",
      EndpointDescriptions: sites
        .flatMap(endpointsOf)
        .sort()
        .map((EndpointId) => ({ EndpointId, Weight: 128 })),
    }));
    const read = groups.map(({ EndpointGroupArn: _, EndpointDescriptions, ...rest }): Inputs => {
      const endpoints = EndpointDescriptions as { EndpointId: string }[];
      return { ...rest, EndpointDescriptions: [...endpoints].sort((a, b) => (a.EndpointId < b.EndpointId ? -1 : 1)) };
    });
    const byRegion = (all: readonly Inputs[]) =>
      Object.fromEntries(all.map((one) => [one.EndpointGroupRegion as string, one]));
    assert.equal(read.length, planned.length);
    assert.deepEqual(byRegion(read), byRegion(planned));
    assert.equal(planned.length, 3);
  });

  await t.test("and what AWS would refuse is refused here", async () => {
    const [group, ...others] = calls.groups as [Inputs, ...Inputs[]];
    const changed = async (change: Inputs) => (await made({ groups: [{ ...group, ...change }] })).refused ?? "";
    assert.match(await changed({ HealthCheckIntervalSeconds: 31 }), /HealthCheckIntervalSeconds: 31 is not 10 to 30/);
    assert.match(await changed({ HealthCheckProtocol: "UDP" }), /HealthCheckProtocol: UDP is none of/);
    assert.match(await changed({ TrafficDial: 100 }), /Unknown parameter in input: "TrafficDial"/);
    assert.match((await made({ groups: [group, group] })).refused ?? "", /EndpointGroupAlreadyExists/);
    const moved = { ...group, EndpointConfigurations: others[0]!.EndpointConfigurations };
    assert.match((await made({ groups: [moved] })).refused ?? "", /EndpointNotFound/);
  });
});
