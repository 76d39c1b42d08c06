import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { type Answer, decode, encode, type Packet, type Question, streamDecode, streamEncode } from "dns-packet";

/** What a name is answered with; undefined: there is no such name. */
export type Answers = (question: Question) => Promise<Answer[] | undefined> | Answer[] | undefined;

/** A DNS server on loopback, by UDP and TCP, that ends with the test. */
export async function dnsServer(
  test: TestContext,
  answers: Answers,
): Promise<{ readonly address: string; readonly port: number }> {
  const udp = createSocket("udp4");
  const connections = new Set<Socket>();
  const tcp = createServer((socket) => {
    connections.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => connections.delete(socket));
    let read = Buffer.alloc(0);
    socket.on("data", async (chunk) => {
      read = Buffer.concat([read, chunk]);
      if (read.length < 2 || read.length < 2 + read.readUInt16BE(0)) return;
      const asked = read;
      read = Buffer.alloc(0);
      socket.write(streamEncode(await answer(streamDecode(asked), answers)));
    });
  });
  test.after(() => {
    udp.close();
    for (const socket of connections) socket.destroy();
    tcp.close();
  });
  tcp.listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const { port } = tcp.address() as AddressInfo;
  udp.bind(port, "127.0.0.1");
  await once(udp, "listening");
  udp.on("message", async (message, from) => {
    udp.send(encode(await answer(decode(message), answers)), from.port, from.address);
  });
  return { address: `127.0.0.1:${port}`, port };
}

const NXDOMAIN = 3;
const AUTHORITATIVE_AND_RECURSIVE = 0x0580;

async function answer({ id, questions = [] }: Packet, answers: Answers): Promise<Packet> {
  const [question] = questions;
  const found = question && (await answers(question));
  const flags = AUTHORITATIVE_AND_RECURSIVE | (found === undefined ? NXDOMAIN : 0);
  return { ...(id !== undefined && { id }), type: "response", flags, questions, answers: found ?? [] };
}
