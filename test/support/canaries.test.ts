import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "../trust/certificates";
import { Canaries, keysIn } from "./canaries";

const { keyPem, certPem } = root("a root");
const wraps: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify({ text }),
  (text) => Buffer.from(text).toString("base64"),
  (text) => Buffer.from(`x${text}`).toString("base64"),
  (text) => Buffer.from(`xy${text}y`).toString("base64"),
  (text) => Buffer.from(JSON.stringify({ "tls.key": text })).toString("base64"),
];

test("a canary is found however it is wrapped, and nothing else is", () => {
  const canaries = new Canaries().add("key", keyPem).add("password", "open-sesame-3");
  for (const wrap of wraps) {
    assert.deepEqual(canaries.in(`before ${wrap(keyPem)} after`), ["key"]);
    assert.deepEqual(canaries.in(wrap("open-sesame-3")), ["password"]);
    assert.deepEqual(canaries.in(wrap(certPem)), []);
  }
  assert.equal(canaries.size, 2);
});

test("keys are found in lists, in JSON as text and in base64", () => {
  for (const wrap of wraps) assert.deepEqual(keysIn({ list: [1, wrap(certPem + keyPem)] }), [keyPem.trim()]);
  assert.deepEqual(keysIn([certPem, null]), []);
});
