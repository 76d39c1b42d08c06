import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { chainEndSeconds, endingChain, givenProblems } from "../../../lib/plan/gateway/given";
import { intermediate, leaf, root } from "../../trust/certificates";

const DOMAIN = "shop.example.com";
const NAMES = { dnsNames: [DOMAIN] };
/** A little after all certificates that are made here. */
const NOW = new Date(Date.now() + 600_000);
const CA = root("public root");
const BELOW = intermediate(CA, "public intermediate");
const GOOD = leaf(BELOW, DOMAIN, NAMES, true);
const OTHER = leaf(BELOW, "other", { dnsNames: ["other.example.com"] }, true);
const NAMELESS = leaf(BELOW, DOMAIN, {}, true);
const days = (count: number) => new Date(NOW.getTime() + count * 86_400_000);
const pair = (certificate: string, key = GOOD.keyPem) => ({ certificate, key });

// biome-ignore format: a table reads by its rows
const ROWS: [title: string, given: { certificate: string; key: string }, now: Date, messages: RegExp[]][] = [
  ["what is right", pair(GOOD.chainPem), NOW, []],
  ["what is right, with its root", pair(GOOD.chainPem + CA.certPem), NOW, []],
  ["one that a root has signed, with it", (({ chainPem, keyPem }) => pair(chainPem, keyPem))(leaf(CA, DOMAIN, NAMES, true)), NOW, []],
  ["one for all names of the zone", (({ chainPem, keyPem }) => pair(chainPem, keyPem))(leaf(BELOW, "all", { dnsNames: ["*.example.com"] }, true)), NOW, []],
  ["one that has ended", pair(GOOD.chainPem), days(91), [/^ended 20\d\d-\d\d-\d\dT[\d:]+Z: give one that is valid/]],
  ["one that has not begun", pair(GOOD.chainPem), days(-1), [/^begins 20\d\d-.*or correct this machine's clock/, /^has intermediate 1 \(CN=public intermediate\), which begins/]],
  ["an intermediate that has ended", pair(GOOD.chainPem), days(370), [/^ended/, /^has intermediate 1 \(CN=public intermediate\), which ended 20/]],
  ["one for another name", pair(OTHER.chainPem, OTHER.keyPem), NOW, [/^is for other\.example\.com, not for shop\.example\.com/]],
  ["one with the name where browsers do not look", pair(NAMELESS.chainPem, NAMELESS.keyPem), NOW, [/^is for no name, not for/]],
  ["another's key", pair(GOOD.chainPem, OTHER.keyPem), NOW, [/^has the key of another certificate: give the two that belong together/]],
  ["a key that is none", pair(GOOD.chainPem, "x"), NOW, [/^has a key that cannot be read/]],
  ["one without its intermediates", pair(GOOD.certPem), NOW, [/^comes without those who signed it \(CN=public intermediate\): give its intermediates/]],
  ["one with somebody else's", pair(GOOD.certPem + CA.certPem), NOW, [/^has certificate 2 \(CN=public root\), which did not sign certificate 1: give each one's issuer \(CN=public intermediate\) next/]],
  ["a chain upside down", pair(BELOW.certPem + GOOD.certPem), NOW, [/^is for no name/, /^begins with a CA's \(CN=public intermediate\): give the site's own first/, /^has certificate 2 \(CN=shop\.example\.com\), which did not sign/, /^has the key of another/]],
  ["nothing", pair(""), NOW, [/^holds no certificates that can be read \(certificate holds no certificate in PEM\)/]],
  ["a key in the certificate's place", pair(GOOD.keyPem), NOW, [/^holds no certificates that can be read \(certificate holds a private key/]],
  ["rubbish between the lines", pair("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "x"), NOW, [/certificate 1 of 1 cannot be read/, /^has a key that cannot be read/]],
];

describe("certificates that a program gives", () => {
  for (const [title, given, now, messages] of ROWS) {
    it(`${messages.length === 0 ? "are" : "are not"} taken: ${title}`, () => {
      const found = givenProblems(DOMAIN, given, now);
      assert.equal(found.length, messages.length, found.join("\n"));
      for (const [index, message] of messages.entries()) assert.match(found[index]!, message);
      for (const one of found) assert.ok(!one.includes(GOOD.keyPem.split("\n")[1]!), "nothing of a key");
    });
  }

  it("end with the first of their chain", () => {
    assert.equal(chainEndSeconds(GOOD.chainPem), Date.parse(new X509Certificate(GOOD.certPem).validTo) / 1000);
    const early = leaf(BELOW, DOMAIN, NAMES, true, days(300));
    assert.equal(chainEndSeconds(early.chainPem), Date.parse(new X509Certificate(BELOW.certPem).validTo) / 1000);
    assert.equal(chainEndSeconds("nothing"), undefined);
  });

  it("are warned of from the last third of their life, with the days that are left", () => {
    assert.equal(endingChain(GOOD.chainPem, days(59)), undefined);
    assert.match(endingChain(GOOD.chainPem, days(61)) ?? "", /^ends 20[-\dT:]+Z, in 2[89] days$/);
    assert.match(endingChain(GOOD.chainPem, days(89.5)) ?? "", /, in less than a day$/);
    assert.match(
      endingChain(GOOD.chainPem, days(91)) ?? "",
      /^ended 20[-\dT:]+Z: users are refused, and its site is not ready$/,
    );
    assert.equal(endingChain("nothing", NOW), undefined);
  });
});
