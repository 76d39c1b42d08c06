import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** How a command in a pod ended. */
export interface Executed {
  readonly out?: string;
  readonly err?: string;
  /** @default true */
  readonly ok?: boolean;
}

/**
 * Answers `kubectl exec` over a WebSocket as an API server does: the command's output, its errors and its status, each on a
 * channel of its own.
 */
export function answerExec(
  { url = "", headers }: IncomingMessage,
  socket: Duplex,
  exec: ((pod: string, command: readonly string[]) => Executed) | undefined,
): void {
  const { pathname, searchParams } = new URL(url, "https://site");
  const pod = /\/pods\/([^/]+)\/exec$/.exec(pathname)?.[1];
  if (pod === undefined || exec === undefined) {
    socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    return;
  }
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${MAGIC}`).digest("base64");
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n" +
      `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: v4.channel.k8s.io\r\n\r\n`,
  );
  const { out = "", err = "", ok = true } = exec(pod, searchParams.getAll("command"));
  if (out !== "") socket.write(frame(1, out));
  if (err !== "") socket.write(frame(2, err));
  socket.write(frame(3, JSON.stringify(ok ? { status: "Success" } : { status: "Failure", message: "exit code 1" })));
  socket.on("data", () => socket.end());
  socket.on("error", () => socket.destroy());
}

/** Of RFC 6455. */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function frame(channel: number, text: string): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
  const length = Buffer.alloc(8);
  length.writeUInt32BE(payload.length, 4);
  return Buffer.concat([Buffer.from([0x82, 127]), length, payload]);
}
