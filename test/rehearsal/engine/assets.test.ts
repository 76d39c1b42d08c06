import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, before, describe, it } from "node:test";
import { withHashes } from "../../../rehearsal/engine/assets";
import { archiveSignature, assetSignature, sameValue, signatureKey } from "../../../rehearsal/engine/values";
import { labSource, withLab } from "./lab";

const asset = (fields: object): object => ({ [signatureKey]: assetSignature, ...fields });
const archive = (fields: object): object => ({ [signatureKey]: archiveSignature, ...fields });

/** A folder `sub/` with `b.txt` and, after it, `a.txt`, packed. */
const zip =
  "UEsDBBQAAAAIAAAAIVAAAAAAAgAAAAAAAAAEAAAAc3ViLwMAUEsDBBQAAAAIAAAAIVDmIJg2BwAAACwBAAALAAAAc3ViLy4vYi50eHRLShoFxAIAUEsDBBQAAAAIAAAAIVDxhmx6BQAAAAMAAAAFAAAAYS50eHTLz0sFAFBLAQIUAxQAAAAIAAAAIVAAAAAAAgAAAAAAAAAEAAAAAAAAAAAAAACAAQAAAABzdWIvUEsBAhQDFAAAAAgAAAAhUOYgmDYHAAAALAEAAAsAAAAAAAAAAAAAAIABJAAAAHN1Yi8uL2IudHh0UEsBAhQDFAAAAAgAAAAhUPGGbHoFAAAAAwAAAAUAAAAAAAAAAAAAAIABVAAAAGEudHh0UEsFBgAAAAADAAMAngAAAHwAAAAAAA==";
const tgz =
  "H4sIAAAAAAACA+3UMQqAMAyF4RzFE9SCNZ7HgquCVvD4Bsfi4FJF/b8l2TI8Xly9rLGWorzREI5p8nmyq3ZeqlZusC6pn+2k/JM78o8ubemx/EMbsvw7Vcvfk39xEZd9s/990e5f+/9N3n9vL4H+32AaBwEAAAAAAAAAAAAAAO+2AzZbYlEAKAAA";

function fill(folder: string): void {
  const files: { [name: string]: string | Buffer } = {
    "a.txt": "one\n",
    "folder/b.txt": "b".repeat(1000),
    "folder/b/c": "sorted after b.txt? no",
    "folder/.pulumi/x": "left out",
    "folder/empty": "",
    "folder/grün": "no ASCII",
    "folder/Z": "upper case first",
    [`folder/${"x".repeat(120)}`]: "too long",
    [`folder/${"d".repeat(90)}/${"e".repeat(90)}`]: "in two fields",
    [`folder/ü${"y".repeat(150)}`]: "neither",
    "f.zip": Buffer.from(zip, "base64"),
    "f.tgz": Buffer.from(tgz, "base64"),
    "no.zip": "no zip",
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  symlinkSync("b.txt", path.join(folder, "folder/link"));
  symlinkSync("b", path.join(folder, "folder/other"));
  symlinkSync("folder", path.join(folder, "linked"));
}

describe("assets", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "engine-assets-"));
  const failures = { left: 2 };
  const server = createServer((request, response) => {
    response.statusCode = failures.left-- > 0 ? 503 : 200;
    response.end(request.url === "/a.txt" ? "one\n" : Buffer.from(zip, "base64"));
  });
  let site = "";
  before(async () => {
    fill(folder);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    server.close();
    server.closeAllConnections();
  });
  const hashOf = async (value: object): Promise<unknown> =>
    ((await withHashes({ it: value }, folder)).it as { hash: unknown }).hash;

  const one = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806";
  const packed = "d99fc80d2db436ee6a1a3d04fe84420fb3c4c12b127d50b2e986a13489cdc611";
  const unpacked = "1c3966f7e976496ab6438e4c04363507a555306cc755b122fcc3a4e77eb1b3c4";
  const nothing = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
  // Recorded from the real engine.
  for (const [what, expected, value] of [
    ["a text", "5f7f4a2a937a3aa3b309e17a3342b3ed59e1239b9622b3c7379a4373685cb56b", () => asset({ text: "hello é" })],
    ["no text", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", () => asset({ text: "" })],
    ["a file", one, () => asset({ path: "./a.txt" })],
    ["a file by its whole path", one, () => asset({ path: path.join(folder, "a.txt") })],
    ["a file by its URI", one, () => asset({ uri: `file://${folder}/a.txt` })],
    ["what a server says at its third try", one, () => asset({ uri: `${site}/a.txt` })],
    ["a folder", "f01e6e11cfbfa7af070a1edbed5ce864da46103a6471c8cdb2b26ee2b616695c", () => archive({ path: "folder" })],
    ["a link to a folder, which is not followed", nothing, () => archive({ path: "linked" })],
    ["a packed file", packed, () => archive({ path: "f.zip" })],
    ["a packed file of a server", packed, () => archive({ uri: `${site}/f.zip` })],
    ["nothing", nothing, () => archive({ assets: {} })],
    ["a zip file within a collection", unpacked, () => archive({ assets: { x: archive({ path: "f.zip" }) } })],
    ["a tar file within a collection", unpacked, () => archive({ assets: { x: archive({ path: "f.tgz" }) } })],
    ["a server's within a collection", unpacked, () => archive({ assets: { x: archive({ uri: `${site}/f.zip` }) } })],
    [
      "a collection",
      "6782a2361ff9a8242bcdce492973605416d0d69b092e141e7506b5c773eca21c",
      () =>
        archive({
          assets: {
            "b/c": asset({ text: "x" }),
            a: asset({ path: "a.txt" }),
            d: archive({ path: "folder" }),
            é: archive({ assets: { i: asset({ text: "i" }) } }),
          },
        }),
    ],
  ] as const) {
    it(`have the real engine's hash: ${what}`, async () => assert.equal(await hashOf(value()), expected));
  }

  const no = (file: string): string => `open ${path.join(folder, file)}: no such file or directory`;
  // Recorded from the real engine, but for the last words of what is no zip file.
  for (const [value, expected] of [
    [
      asset({ path: "no" }),
      () => `asset hash for "it": failed to open asset file '${path.join(folder, "no")}': ${no("no")}`,
    ],
    [
      asset({ path: "folder" }),
      () => `asset hash for "it": asset path '${folder}/folder' is a directory; try using an archive`,
    ],
    [
      archive({ path: "no" }),
      () =>
        `archive hash for "it": couldn't read archive path '${folder}/no': stat ${folder}/no: no such file or directory`,
    ],
    [archive({ path: "no.tgz" }), () => `archive hash for "it": ${no("no.tgz")}`],
    [
      archive({ path: "a.txt" }),
      () => `archive hash for "it": '${folder}/a.txt' is neither a recognized archive type nor a directory`,
    ],
    [
      archive({ assets: { x: archive({ assets: { y: asset({ path: "no" }) } }) } }),
      () => `asset hash for "y": failed to open asset file '${folder}/no': ${no("no")}`,
    ],
    [
      archive({ assets: { x: archive({ path: "no.zip" }) } }),
      () => `archive hash for "it": failed to expand sub-archive 'x': failed to read ZIP: `,
    ],
    [asset({ uri: "ftp://host/file" }), () => `asset hash for "it": Unrecognized or unsupported URI scheme: ftp`],
    [
      archive({ uri: "http://host/file" }),
      () => `archive hash for "it": file at URL 'http://host/file' is not a recognized archive format`,
    ],
  ] as const) {
    it(`that cannot be read are errors: ${JSON.stringify(Object.values(value).slice(1))}`, () =>
      assert.rejects(withHashes({ it: value }, folder), (error: Error) =>
        error.message.startsWith(`failed to compute ${expected()}`),
      ));
  }

  for (const [value, expected] of [
    [asset({ text: 42 }), "unexpected asset text of type float64"],
    [asset({ text: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }), "unexpected asset text of type resource.Output"],
    [archive({ assets: { x: "text" } }), "archive member 'x' is not an asset or archive"],
  ] as const) {
    it(`refuse what is no content: ${expected}`, () =>
      assert.rejects(withHashes({ it: [{ value }] }, folder), { message: expected }));
  }

  it("are found everywhere, keep their form, and are the same wherever equal content comes from", async () => {
    const text = asset({ text: "one\n" });
    const hashed = asset({ hash: one, text: "one\n" });
    assert.deepEqual(await withHashes({ list: [text, { deep: text }] }, folder), { list: [hashed, { deep: hashed }] });
    assert.deepEqual(await withHashes({ it: asset({ path: "a.txt", hash: "given", uri: "" }) }, folder), {
      it: asset({ path: "a.txt", hash: "given" }),
    });
    assert.ok(sameValue({ it: hashed }, { it: asset({ hash: one, path: "a.txt" }) }));
    assert.ok(!sameValue({ it: hashed }, { it: asset({ hash: packed, text: "one\n" }) }));
  });

  it("update a resource when a file changed behind its path, and are known to providers as in the real engine", async () => {
    const asked: unknown[] = [];
    const listening = labSource([], (own) => ({
      create: async (request) => {
        if (!request.preview) asked.push(request.inputs.file);
        return own.create(request);
      },
      diff: async (request) => {
        asked.push([request.oldInputs.file, request.news.file]);
        return own.diff(request);
      },
    }));
    await withLab(
      `new Thing("a", { file: new pulumi.asset.FileAsset("./content") });
       new Box("b", { file: new pulumi.asset.FileAsset("./content") });`,
      async (session, { dir }) => {
        const ops = async (): Promise<string[]> =>
          (await session.up()).steps
            .filter(({ type }) => type.startsWith("lab:"))
            .map(({ op, name }) => `${op} ${name}`);
        const [before, after] = [one, "27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a"];
        writeFileSync(path.join(dir, "content"), "one\n");
        assert.deepEqual((await ops()).sort(), ["create a", "create b"]);
        writeFileSync(path.join(dir, "content"), "two\n");
        assert.deepEqual((await ops()).sort(), ["update a", "update b"]);
        assert.deepEqual(asked, [
          asset({ hash: before, path: "./content" }),
          [asset({ hash: before }), asset({ hash: after })],
        ]);
        const kept = session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::a"));
        assert.deepEqual(kept?.inputs, { file: asset({ hash: after, path: "./content" }) });
        rmSync(path.join(dir, "content"));
        const { exit, diagnostics } = await session.preview();
        assert.equal(exit, 1);
        assert.match(
          diagnostics[0]?.message ?? "",
          /unmarshal properties: failed to compute asset hash for "file": failed to open asset file/,
        );
      },
      { sources: [listening] },
    );
  });
});
