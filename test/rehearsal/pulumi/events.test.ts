import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { Listener } from "../../../rehearsal/pulumi/events";
import { previewDetails, previewedResources, withoutInternal } from "../../../rehearsal/pulumi/views";

const URN = "urn:pulumi:rehearsal::shop::multisite:index:Site$aws:ec2/vpc:Vpc::a::b";
const PROVIDER = "urn:pulumi:rehearsal::shop::pulumi:providers:aws::a::04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function state(more: object = {}): NonNullable<StepEventMetadata["new"]> {
  return {
    type: "aws:ec2/vpc:Vpc",
    urn: URN,
    custom: true,
    id: "",
    parent: "urn:pulumi:rehearsal::shop::multisite:index:Site::a",
    inputs: { cidrBlock: "10.1.0.0/16" },
    outputs: {},
    provider: PROVIDER,
    ...more,
  };
}

function metadata(more: object = {}): StepEventMetadata {
  return { op: "create", urn: URN, type: "aws:ec2/vpc:Vpc", new: state(), provider: PROVIDER, ...more };
}

/** Numbers events as the engine does. */
function hear(listener: Listener, ...events: Partial<EngineEvent>[]): ReturnType<Listener["hear"]>[] {
  return events.map((event, sequence) => listener.hear({ sequence, timestamp: 0, ...event }));
}

function diagnostic(severity: string, message: string, more: object = {}): Partial<EngineEvent> {
  return { diagnosticEvent: { severity: severity as "info", message, color: "never", ...more } };
}

describe("events of the real engine", () => {
  it("are steps: one for each, with the outputs of its second event", () => {
    const listener = new Listener();
    const outputs = { id: "vpc-1", cidrBlock: "10.1.0.0/16" };
    const heard = hear(
      listener,
      { resourcePreEvent: { metadata: metadata() } },
      { resOutputsEvent: { metadata: metadata({ new: state({ outputs, id: "vpc-1" }) }) } },
      { resourcePreEvent: { metadata: metadata({ urn: `${URN}2` }) } },
      { summaryEvent: { maybeCorrupt: false, durationSeconds: 1, resourceChanges: {}, policyPacks: {} } },
    );
    assert.deepEqual(heard, [{ steps: 1 }, undefined, { steps: 2 }, undefined]);
    const details = { dependsOn: ["x"], propertyDependencies: { cidrBlock: ["x"] }, ignoreChanges: ["tags"] };
    const [first, second] = listener.steps(new Map([[URN, details]]));
    assert.equal(first!.name, "a::b");
    assert.deepEqual(first!.outputs, outputs);
    assert.deepEqual([first!.dependsOn, second!.dependsOn], [["x"], []]);
    const [resource] = previewedResources(listener.steps(new Map([[URN, details]])), new Map([[URN, details]]));
    assert.deepEqual([resource!.id, resource!.ignoreChanges, resource!.provider], ["vpc-1", ["tags"], PROVIDER]);
  });

  it("of one resource that is replaced are three steps and one resource", () => {
    const listener = new Listener();
    const old = state({ id: "vpc-1" });
    const detailedDiff = { cidrBlock: { diffKind: "update-replace", inputDiff: true } };
    hear(
      listener,
      { resourcePreEvent: { metadata: metadata({ op: "create-replacement", old, keys: ["cidrBlock"] }) } },
      {
        resourcePreEvent: {
          metadata: metadata({ op: "replace", old, keys: ["cidrBlock"], diffs: ["cidrBlock"], detailedDiff }),
        },
      },
      { resourcePreEvent: { metadata: metadata({ op: "delete-replaced", old, new: undefined }) } },
    );
    const steps = listener.steps(new Map());
    assert.deepEqual(
      steps.map(({ op }) => op),
      ["create-replacement", "replace", "delete-replaced"],
    );
    assert.deepEqual(steps[1]!.detailedDiff, { cidrBlock: { kind: "update-replace", inputDiff: true } });
    assert.deepEqual([steps[1]!.replaceKeys, steps[1]!.diffs], [["cidrBlock"], ["cidrBlock"]]);
    assert.equal(steps[2]!.inputs, undefined);
    assert.deepEqual(steps[2]!.oldInputs, { cidrBlock: "10.1.0.0/16" });
    assert.equal(previewedResources(steps, new Map()).length, 1);
  });

  it("are messages: errors and warnings apart from what the program prints, and nothing of what passes by", () => {
    const listener = new Listener();
    const heard = hear(
      listener,
      diagnostic("error", "<{%reset%}>too small<{%fg 1%}>\n", { urn: URN }),
      diagnostic("warning", "old"),
      diagnostic("info", "counts as one\n", { urn: URN }),
      diagnostic("info", "one\ntwo\n"),
      diagnostic("info#err", "three\n"),
      diagnostic("info", "creating ...", { ephemeral: true }),
      diagnostic("debug", "Registering resource"),
    );
    assert.deepEqual(listener.diagnostics, [
      { severity: "error", urn: URN, message: "too small" },
      { severity: "warning", urn: "", message: "old" },
      { severity: "info", urn: URN, message: "counts as one" },
    ]);
    assert.deepEqual(listener.log, [
      { stream: "stdout", text: "one" },
      { stream: "stdout", text: "two" },
      { stream: "stderr", text: "three" },
    ]);
    assert.deepEqual(
      heard.map((each) => each !== undefined),
      [false, true, true, true, true, false, false],
    );
  });

  it("are violations, by level", () => {
    const listener = new Listener();
    const policy = { policyName: "n1-004", policyPackName: "multisite", message: "<{%fg 2%}>short<{%reset%}>\n" };
    const version = { policyPackVersion: "1", policyPackVersionTag: "1", color: "never" };
    hear(
      listener,
      { policyEvent: { ...policy, ...version, enforcementLevel: "mandatory", resourceUrn: URN } },
      { policyEvent: { ...policy, ...version, enforcementLevel: "warning" } },
    );
    assert.deepEqual(listener.violations, [
      { policy: "n1-004", pack: "multisite", level: "mandatory", urn: URN, message: "short" },
      { policy: "n1-004", pack: "multisite", level: "advisory", urn: "", message: "short" },
    ]);
  });
});

describe("what a preview prints as JSON", () => {
  const document = {
    steps: [
      { op: "create", urn: URN, newState: { urn: URN, dependencies: ["x"], propertyDependencies: { a: ["x"] } } },
      { op: "delete", urn: "gone", oldState: { urn: "gone" } },
    ],
  };

  it("tells what depends on what", () => {
    const details = previewDetails(`warning: {an old CLI}\n${JSON.stringify(document, undefined, 4)}\n`);
    assert.deepEqual(
      [...details],
      [[URN, { dependsOn: ["x"], propertyDependencies: { a: ["x"] }, ignoreChanges: [] }]],
    );
  });

  for (const text of ["", "error: no stack", "{\n  interrup", "{}"]) {
    it(`tells nothing when it is ${JSON.stringify(text)}`, () => assert.equal(previewDetails(text).size, 0));
  }
});

it("what the engine keeps in a provider's inputs is shown only when it is something", () => {
  assert.deepEqual(withoutInternal({ region: "r", __internal: {} }), { region: "r" });
  const located = { region: "r", __internal: { pluginDownloadURL: "https://example.com" } };
  assert.equal(withoutInternal(located), located);
});
