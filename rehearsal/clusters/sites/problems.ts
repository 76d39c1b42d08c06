import { readFileSync, statfsSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import { UserError } from "../../userError";
import { EGRESS_SOCKET, type SiteProgram } from "./controlPlane";
import { PREFIX } from "./sweep";

/** What a message about a site can name. */
export interface SiteFacts {
  readonly site: string;
  readonly folder: string;
  readonly port: number;
}

/** What a port that is taken looks like in a program's log. */
const PORT_TAKEN = /address already in use/i;
const DISK_FULL = /no space left on device|disk quota exceeded/i;
/** What a program of Go's says first when it breaks, before the lines of a trace. */
const FATAL = /^(panic|fatal error|runtime): |^F\d{4} |cannot allocate memory/;
const FORBIDDEN = /permission denied|operation not permitted|read-only file system/i;

/** Whether a program ended because its port was taken in the moment between our choice and its start. */
export function isPortTaken(log: string): boolean {
  return PORT_TAKEN.test(log);
}

/**
 * Why a program of a site ended that nobody here asked to, for the user.
 * @param signal that ended it, where one did
 */
export function endedError(program: SiteProgram, log: string, facts: SiteFacts, signal?: string | null): UserError {
  const { site, folder, port } = facts;
  if (program === "kube-apiserver" && isPortTaken(log)) return portError(site, port);
  if (DISK_FULL.test(log)) return diskError(site, folder);
  if (FORBIDDEN.test(log)) return folderError(site, folder, lastLines(log, FORBIDDEN));
  const said = lastLines(log, FATAL) || lastLines(log);
  const last = said === "" ? "It said nothing." : `The last that it said:\n${said}`;
  return new UserError(`Site ${site}: ${program} ${endOf(signal)}. ${last}`);
}

function endOf(signal: string | null | undefined): string {
  if (signal === undefined || signal === null) return "ended by itself";
  const who = signal === "SIGKILL" ? ", as the system does when it has no memory left" : "";
  return `was ended from outside by ${signal}${who}`;
}

/** Why a site could not be started, for the user; other errors as they are. */
export function startError(error: unknown, { site, folder }: SiteFacts): unknown {
  if (error instanceof UserError) return error;
  const { code, message, path } = error as NodeJS.ErrnoException;
  if (code === "EMFILE" || code === "ENFILE") {
    return new UserError(
      `Site ${site}: no more files can be opened: ${message}. Allow this user more (ulimit -n), such as 4096 and as many for every ten sites.`,
    );
  }
  if (/^spawn /.test(message)) {
    return new UserError(
      `Site ${site}: a program cannot be run: ${message}. Make it executable, or let it be built anew.`,
    );
  }
  if (code === "ENOSPC" || code === "EDQUOT") return diskError(site, folder);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return folderError(site, path ?? folder, message);
  if (code === "ENOENT") return new UserError(`Site ${site}: ${message}. Was it removed while the site started?`);
  return error;
}

export function portError(site: string, port: number): UserError {
  return new UserError(
    `Site ${site}: port ${port} of 127.0.0.1 is in use by another program. End that, or give the site no port of its own: it then takes a free one.`,
  );
}

function diskError(site: string, folder: string): UserError {
  return new UserError(
    `Site ${site}: the disk of ${folder} is full. A site takes about ${SITE_MIB} MiB: free some space, or set TMPDIR to a folder elsewhere.`,
  );
}

function folderError(site: string, path: string, said: string): UserError {
  return new UserError(
    `Site ${site}: ${path} cannot be used: ${said}. Change its permissions, or set TMPDIR to a folder of your own.`,
  );
}

/** A site that did not get ready in time. */
export function slowError(facts: SiteFacts, seconds: number, waitingFor: string, logs: string): UserError {
  return new UserError(
    `Site ${facts.site}: not ready within ${seconds} s; still waiting for ${waitingFor}. The last that was said:\n${logs}`,
  );
}

/** What one site takes on disk: etcd's two log segments of 64 MB each, and its data. */
const SITE_MIB = 160;

/**
 * Refuses sites for which the disk has no room, before any of them fails half-way.
 * @param freeBytes of the disk. @default what the system says of the folder
 * @throws UserError that names the first site without room.
 */
export function checkRoom(sites: readonly string[], folder: string, freeBytes = freeOf(folder)): void {
  const fitting = Math.floor(freeBytes / (SITE_MIB * 2 ** 20));
  const first = sites[fitting];
  if (first !== undefined) throw diskError(first, folder);
}

/** Bytes that the path of a socket may have: the system cuts what is longer, so that two sites may meet. */
const SOCKET_BYTES = platform() === "darwin" ? 103 : 107;

/**
 * Refuses a folder for temporary files whose path is too long for the sites' sockets.
 * @param numbers of the sites
 * @throws UserError that says how long it may be.
 */
export function checkSockets(temporary: string, numbers: readonly number[], most = SOCKET_BYTES): void {
  const bytes = (folder: string) =>
    Buffer.byteLength(join(folder, `${PREFIX}XXXXXX`, String(Math.max(0, ...numbers)), EGRESS_SOCKET));
  if (bytes(temporary) <= most) return;
  const own = Buffer.byteLength(temporary);
  throw new UserError(
    `Sites listen on sockets in the folder for temporary files, whose path may have ${most - (bytes(temporary) - own)} bytes for that: ` +
      `${temporary} has ${own}. Set TMPDIR to a shorter path.`,
  );
}

function freeOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** The end of a log, or of those of its lines that match; empty when there is none. */
export function lastLines(log: string, matching?: RegExp): string {
  const lines = log.split("\n").filter((line) => line.trim() !== "" && (matching?.test(line) ?? true));
  return lines
    .slice(-3)
    .map((line) => line.slice(0, 400))
    .join("\n");
}

/** A log as far as it is there. */
export function readLog(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
