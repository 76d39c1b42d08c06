import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { passphraseCrypter } from "../../../rehearsal/engine/crypter";
import { readProject } from "../../../rehearsal/engine/project";
import { defaultPassphrase } from "../../../rehearsal/engine/snapshot";

/** What a program gets of its configuration, and what is refused: recorded from the real CLI 3.259. */
const dir = mkdtempSync(join(tmpdir(), "multisite-config-"));
after(() => rmSync(dir, { recursive: true, force: true }));

function read(project: object, stack: object, given = {}) {
  mkdirSync(join(dir, "conf"), { recursive: true });
  writeFileSync(join(dir, "index.js"), "");
  writeFileSync(
    join(dir, "Pulumi.yaml"),
    JSON.stringify({ name: "case", runtime: "nodejs", stackConfigDir: "conf", ...project }),
  );
  writeFileSync(join(dir, "conf", "Pulumi.dev.yaml"), JSON.stringify(stack));
  return Object.fromEntries(readProject(dir, "dev", given).config);
}

it("one secret within an object or a list is opened, and makes a secret of the whole", () => {
  const crypter = passphraseCrypter(defaultPassphrase(), undefined);
  const token = { secure: crypter.encrypt("t0ken") };
  const config = { "case:obj": { token, l: ["x"] }, "case:list": [token], "case:plain": { secure: 1, n: 5 } };
  assert.deepEqual(read({}, { encryptionsalt: crypter.salt, config }), {
    "case:obj": { text: '{"token":"t0ken","l":["x"]}', secret: true },
    "case:list": { text: '["t0ken"]', secret: true },
    "case:plain": { text: '{"secure":1,"n":5}', secret: false },
  });
});

const count = { type: "integer", default: 3 };
const list = { type: "array", items: { type: "integer" } };
for (const [config, stack, said] of [
  [{ need: { type: "string" }, count }, {}, "Stack 'dev' is missing configuration value 'need'"],
  [{ b: { type: "string" }, a: { type: "string" } }, {}, "Stack 'dev' is missing configuration values 'a' and 'b'"],
  [{ count }, { count: "many" }, "Stack 'dev' with configuration key 'count' must be of type 'integer'"],
  [{ list }, { list: ["x"] }, "Stack 'dev' with configuration key 'list' must be of type 'array<integer>'"],
  [
    { key: { type: "string", default: "s", secret: true } },
    {},
    "Stack 'dev' with configuration key 'key' must be encrypted as it's secret",
  ],
] as const) {
  it(`refuses: ${said}`, () => {
    const own = Object.fromEntries(Object.entries(stack).map(([key, value]) => [`case:${key}`, value]));
    assert.throws(() => read({ config }, { config: own }), { name: "UserError", message: said });
  });
}

it("takes what the caller gives as what Pulumi.yaml declares it to be", () => {
  const config = {
    key: { type: "string", secret: true },
    list,
    flag: { type: "boolean" },
    "other:k": { type: "string" },
  };
  assert.deepEqual(read({ config: { ...config, count } }, {}, { key: "hush", list: "[1, 2]", flag: "true" }), {
    "case:count": { text: "3", secret: false },
    "case:key": { text: "hush", secret: true },
    "case:list": { text: "[1, 2]", secret: false },
    "case:flag": { text: "true", secret: false },
  });
});
