import assert from "node:assert/strict";
import { it } from "node:test";
import { PartialFailure } from "../../../rehearsal/engine/provider";
import { labSource, withLab } from "./lab";

const refusing = () =>
  labSource([], (own) => ({
    configure: async (request) => {
      if (request.inputs.account === "closed") throw new Error("the account is closed");
      return own.configure(request);
    },
  }));

it("a provider that cannot be configured fails those that use it, and nobody else", async () => {
  const closed = `const provider = new Lab("closed", { account: "closed" });`;
  await withLab(
    `${closed} new Thing("other", {});`,
    async (session, project) => {
      assert.equal((await session.preview()).exit, 0);
      assert.equal((await session.up()).exit, 0);
      project.write(`${closed} new Thing("other", {}); new Thing("user", {}, { provider });`);
      for (const run of ["preview", "up"] as const) {
        const { exit, diagnostics, steps } = await session[run]();
        assert.equal(exit, 1);
        const errors = diagnostics.filter(({ urn }) => urn !== "");
        assert.deepEqual(
          errors.map(({ urn, message }) => [urn.split("::").pop(), message]),
          [["user", "the account is closed"]],
        );
        assert.ok(steps.some(({ name }) => name === "closed"));
      }
    },
    { sources: [refusing()] },
  );
});

it("what is read though it is not as it should be stands in the state, with what it lacks", async () => {
  const source = labSource([], () => ({
    read: async ({ id, inputs }) => {
      throw new PartialFailure("not ready", id, { ...inputs, ref: "half" }, ["no pod runs"]);
    },
  }));
  await withLab(
    `new Thing("read", {}, { id: "there" });`,
    async (session) => {
      assert.equal((await session.up()).exit, 1);
      const kept = session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::read"));
      assert.deepEqual(
        [kept?.id, kept?.external, kept?.outputs, kept?.initErrors],
        ["there", true, { ref: "half" }, ["no pod runs"]],
      );
    },
    { sources: [source] },
  );
});

it("an id cannot be made secret, and a warning says so", () =>
  withLab(`new Thing("a", { note: "n" }, { additionalSecretOutputs: ["id", "note"] });`, async (session) => {
    const { diagnostics } = await session.up();
    assert.deepEqual(
      diagnostics.map(({ severity, message }) => [severity, message]),
      [["warning", "The 'id' property cannot be made secret. See pulumi/pulumi#2717 for more details."]],
    );
  }));

it("what is read again without inputs keeps those that it has", async () => {
  const source = labSource([], () => ({ read: async ({ id, outputs }) => ({ id, outputs }) }));
  const program = (tags: string) => `new Thing("a", { size: 1, note: "${tags}" }, { ignoreChanges: ["note"] });`;
  await withLab(
    program("first"),
    async (session, project) => {
      assert.equal((await session.up()).exit, 0);
      project.write(program("second"));
      const { steps } = await session.up();
      assert.equal(steps.find(({ name }) => name === "a")?.op, "same");
      const kept = session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::a"));
      assert.deepEqual(kept?.inputs, { size: 1, note: "first" });
    },
    { sources: [source], refresh: ["lab"] },
  );
});

it("the default provider of a package from elsewhere has the name that the real engine gives it", () =>
  withLab(
    `new Thing("a", {}, { pluginDownloadURL: "https://example.com/of-us/x", version: "1.2.3-rc.1" });`,
    async (session) => {
      assert.equal((await session.up()).exit, 0);
      const names = session.deployment().deployment.resources?.map(({ urn }) => urn.split("::").at(-1));
      assert.ok(names?.includes("default_1_2_3_rc_1_https_/example.com/of-us/x"), names?.join(", "));
    },
  ));
