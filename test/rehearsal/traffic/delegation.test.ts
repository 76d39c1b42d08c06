import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { after, before, describe, it } from "node:test";
import { compareDelegation, trafficCheck } from "../../../rehearsal/commands/traffic";
import type { Terminal } from "../../../rehearsal/terminal";
import { UserError } from "../../../rehearsal/userError";
import { dnsServer } from "../../support/dns";

/** A name as DNS writes it: each label with its length before it. */
function encoded(name: string): Buffer {
  return Buffer.concat([
    ...name.split(".").map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`)),
    Buffer.from([0]),
  ]);
}

/** The answer to a question for name servers (RFC 1035): of one zone, and that there is no other. */
function answered(question: Buffer, zone: string, servers: readonly string[]): Buffer {
  const asked = question.subarray(12);
  const isKnown = asked.subarray(0, encoded(zone).length).equals(encoded(zone));
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(isKnown ? servers.length : 0, 6);
  header.writeUInt16BE(0, 8);
  header.writeUInt16BE(0, 10);
  const end = asked.indexOf(0) + 5;
  const records = servers.map((server) => {
    const data = encoded(server);
    const fixed = Buffer.from([0xc0, 12, 0, 2, 0, 1, 0, 0, 0, 60, 0, data.length]);
    return Buffer.concat([fixed, data]);
  });
  return Buffer.concat([header, asked.subarray(0, end), ...(isKnown ? records : [])]);
}

const SERVERS = ["ns-1.awsdns-01.com", "ns-cloud-a1.googledomains.com"];

describe("multisite traffic check", () => {
  let socket: Socket;
  let server: string;
  before(async () => {
    socket = createSocket("udp4");
    socket.on("message", (question, { port, address }) =>
      socket.send(answered(question, "example.com", SERVERS), port, address),
    );
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    server = `127.0.0.1:${socket.address().port}`;
  });
  after(() => socket.close());

  async function check(zone: string, expect: string[], servers = [server], parentPort = 1) {
    const lines: string[] = [];
    const errors: string[] = [];
    const terminal = {
      out: (text: string) => lines.push(text),
      err: (text: string) => errors.push(text),
    } as unknown as Terminal;
    const exit = await trafficCheck(zone, { expect, server: servers, parentPort }, terminal);
    return { exit, text: lines.join("\n"), errors };
  }

  it("finds what it expects, whatever the case and the last dot", async () => {
    const { exit, text } = await check("example.com", ["NS-1.awsdns-01.com.", "ns-cloud-a1.googledomains.com"]);
    assert.equal(text, "example.com is delegated to all 2 name servers.");
    assert.equal(exit, 0);
  });

  it("says what to add and what to remove", async () => {
    const { exit, text } = await check("example.com", ["ns-1.awsdns-01.com", "ns1-01.azure-dns.com"]);
    assert.equal(exit, 1);
    assert.match(text, /add {5}ns1-01\.azure-dns\.com\n {2}remove {2}ns-cloud-a1\.googledomains\.com/);
  });

  it("takes a zone that nobody has delegated for one that lacks everything", async () => {
    const { exit, text } = await check("example.org", ["ns-1.awsdns-01.com"]);
    assert.equal(exit, 1);
    assert.match(text, /add {5}ns-1\.awsdns-01\.com$/);
  });

  it("believes the zone above, and not what the zone says of itself", async (t) => {
    const addresses = { "ns.com-servers.example": "127.0.0.1" };
    // The resolver: both servers are in the zone, and the servers of com are on this machine.
    const resolver = await dnsServer(t, ({ name, type }) => {
      const ns = (of: string[]) => of.map((data) => ({ name, type: "NS" as const, ttl: 60, data }));
      if (type === "NS" && name === "example.com") return ns(SERVERS);
      if (type === "NS" && name === "com") return ns(Object.keys(addresses));
      const data = (addresses as Record<string, string>)[name];
      return data === undefined ? undefined : [{ name, type: "A", ttl: 60, data }];
    });
    const parent = await dnsServer(t, ({ name }) =>
      name === "example.com" ? [{ name, type: "NS", ttl: 60, data: SERVERS[0]! }] : undefined,
    );
    const { exit, text, errors } = await check("example.com", SERVERS, [resolver.address], parent.port);
    assert.equal(
      text,
      `example.com is not delegated as the fleet needs it. At the registrar:\n  add     ${SERVERS[1]}`,
    );
    assert.deepEqual([exit, errors], [1, []]);
    const nowhere = await check("example.net.com", SERVERS, [resolver.address], parent.port);
    assert.match(nowhere.text, /add {5}ns-1\.awsdns-01\.com\n {2}add {5}ns-cloud/);
  });

  it("says when it could only ask a resolver", async () => {
    const { exit, errors } = await check("example.com", SERVERS);
    assert.equal(exit, 0);
    assert.match(errors.join(), /what a resolver says, which may be what the zone says of itself/);
  });

  it("refuses to compare with nothing, and a resolver that is none", async () => {
    await assert.rejects(check("example.com", []), UserError);
    await assert.rejects(
      check("example.com", ["a.example"], ["dns.example"]),
      /--server dns\.example: give the address/,
    );
  });

  it("refuses what is no name, all of it at once", async () => {
    await assert.rejects(check("büro.example.com", ["ns-1.example.net", "x..y", "ns 2"]), (error: Error) => {
      assert.ok(error instanceof UserError);
      for (const one of ["büro.example.com", "x..y", "ns 2"])
        assert.ok(error.message.includes(`"${one}" is no DNS name`));
      return true;
    });
    await assert.rejects(check("*.example.com", ["ns-1.example.net"]), /"\*\.example\.com" is no DNS name/);
  });

  it("compares sets", () => {
    assert.deepEqual(compareDelegation(["b.", "A"], ["a", "c"]), { missing: ["b"], foreign: ["c"] });
  });
});
