import assert from "node:assert/strict";
import { it } from "node:test";
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
