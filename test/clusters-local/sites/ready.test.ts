import assert from "node:assert/strict";
import { test } from "node:test";
import { checkReady } from "../../../rehearsal/clusters/sites/client";
import { makePki } from "../../../rehearsal/clusters/sites/pki";
import { freePort } from "../../../rehearsal/clusters/sites/ports";
import { siteAnswering } from "../../support/apiServer";

test("an API server that is not ready says why, or the connection does", async (t) => {
  let code = 200;
  const { endpoint, caPem } = await siteAnswering(t, "oslo", ({ path }) => ({
    code: path === "/readyz" ? code : 404,
    body: "",
  }));
  await checkReady(endpoint, caPem, "no-token");
  const other = makePki("turin", "10.0.0.1", "no-token").authority.certificate;
  const rows: [what: string, asked: () => Promise<void>, why: RegExp][] = [
    ["an answer", () => checkReady(endpoint, caPem, "no-token"), /^it answers 500$/],
    [
      "another server",
      () => checkReady(endpoint, other, "no-token"),
      /^its certificate is by another authority than the site's: /,
    ],
    ["none", async () => checkReady(`https://127.0.0.1:${await freePort()}`, caPem, "no-token"), /ECONNREFUSED/],
  ];
  code = 500;
  for (const [what, asked, message] of rows) await assert.rejects(asked(), { message }, what);
});
