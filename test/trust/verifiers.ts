import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Identity } from "./certificates";
import { reachOnce, TlsSite } from "./links";

const run = promisify(execFile);

/** Whether a program of a name runs here. */
export function runs(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Why a chain does not end in a root, by OpenSSL; undefined when it does. */
export async function byOpenssl(
  folder: string,
  rootPem: string,
  { certPem, chainPem }: Pick<Identity, "certPem" | "chainPem">,
  more: readonly string[] = [],
): Promise<string | undefined> {
  const [root, above, leaf] = ["root.pem", "above.pem", "leaf.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(root, rootPem);
  writeFileSync(above, chainPem);
  writeFileSync(leaf, certPem);
  try {
    await run("openssl", ["verify", "-CAfile", root, "-untrusted", above, ...more, leaf]);
    return undefined;
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

/** Why Node refuses a client with a chain, over a real connection; undefined when it does not. */
export async function byNode(rootPem: string, server: Identity, client: Identity): Promise<string | undefined> {
  const to = new TlsSite("server", rootPem, server);
  const from = new TlsSite("client", rootPem, client);
  return reachOnce(from, to);
}

const PROGRAM = `package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
)

func main() {
	var cases []struct{ Root, Chain string }
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	answers := []string{}
	for _, one := range cases {
		roots, above := x509.NewCertPool(), x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(one.Root))
		block, rest := pem.Decode([]byte(one.Chain))
		above.AppendCertsFromPEM(rest)
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err == nil {
			_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: above, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		}
		answer := ""
		if err != nil {
			answer = err.Error()
		}
		answers = append(answers, answer)
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
`;

/** Why Go's crypto/x509 refuses each chain; empty texts where it does not. Builds a program of the standard library only. */
export function byGo(folder: string, cases: readonly { root: string; chain: string }[]): string[] {
  const source = join(folder, "verify");
  mkdirSync(source);
  writeFileSync(join(source, "main.go"), PROGRAM);
  writeFileSync(join(source, "go.mod"), "module verify\n\ngo 1.21\n");
  const env = { ...process.env, GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" };
  return JSON.parse(
    execFileSync("go", ["run", "."], { cwd: source, env, encoding: "utf8", input: JSON.stringify(cases) }),
  );
}

/** An intermediate that a constraint limits; `@pulumi/tls` can make none, so OpenSSL does. */
export function constrained(folder: string, root: Identity, plain: Identity, constraint: string): Identity {
  const [rootFile, rootKey, plainFile, extensions] = ["ca.pem", "ca.key", "plain.pem", "extensions"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  writeFileSync(rootFile, root.certPem);
  writeFileSync(rootKey, root.keyPem);
  writeFileSync(plainFile, plain.certPem);
  const key = join(folder, "plain.key");
  writeFileSync(key, plain.keyPem);
  writeFileSync(
    extensions,
    `basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nnameConstraints=critical,${constraint}\n`,
  );
  const request = execFileSync("openssl", ["x509", "-x509toreq", "-in", plainFile, "-signkey", key], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const certPem = execFileSync(
    "openssl",
    ["x509", "-req", "-CA", rootFile, "-CAkey", rootKey, "-days", "30", "-set_serial", "77", "-extfile", extensions],
    { input: request, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] },
  );
  return { ...plain, certPem, chainPem: certPem };
}
