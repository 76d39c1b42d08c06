import assert from "node:assert/strict";
import { it } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { DeploymentCodec } from "../../../rehearsal/engine/snapshot";
import { referenceSignature, sameValue, signatureKey, unknownValue } from "../../../rehearsal/engine/values";
import { labSource, withLab } from "./lab";

const reference = (fields: object): object => ({ [signatureKey]: referenceSignature, ...fields });

it("resources among inputs reach a provider with name and type, and lie in the state as in the real engine's", async () => {
  const heard: Properties[] = [];
  const spied = labSource([], (own) => ({
    create: (request) => {
      heard.push(request.inputs);
      return own.create(request);
    },
  }));
  await withLab(
    `const box = new Box("box", {}); new Thing("a", { box });`,
    async (session) => {
      assert.equal((await session.up()).exit, 0);
      const urn = "urn:pulumi:dev::program::lab:index:Box::box";
      assert.deepEqual(heard, [{ box: reference({ urn, name: "box", type: "lab:index:Box" }) }]);
      const deployment = session.deployment();
      const kept = deployment.deployment.resources?.find(({ urn: each }) => each.endsWith("::a"));
      const written = { box: reference({ urn, packageVersion: "" }) };
      assert.deepEqual([kept?.inputs, kept?.outputs], [written, { ...written, ref: "ref-a" }]);
      const read = new DeploymentCodec("lab").decode(deployment).find(({ urn: each }) => each.endsWith("::a"));
      assert.deepEqual(read?.inputs, { box: reference({ urn }) });
      assert.ok(sameValue(reference({ urn, packageVersion: "1.0.0" }), reference({ urn })));
      assert.ok(!sameValue(reference({ urn, id: "1" }), reference({ urn, id: "2" })));
    },
    { sources: [spied] },
  );
});

it("one that is not made yet has no id for a provider, and an unknown one for the program", async () => {
  const heard: unknown[] = [];
  const spied = labSource([], (own) => ({
    create: (request) => {
      if (request.name === "user") heard.push((request.inputs.made as { id: string }).id);
      return own.create(request);
    },
  }));
  await withLab(
    `const made = new Thing("made", {}); const user = new Thing("user", { made });
     exports.id = pulumi.output(user.made).apply((made) => made.id);`,
    async (session) => {
      assert.deepEqual((await session.preview()).stackOutputs, { id: unknownValue });
      await session.up();
      assert.deepEqual(heard, ["", "id-made-1"]);
    },
    { sources: [spied] },
  );
});
