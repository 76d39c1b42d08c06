import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { openSession } from "../../../rehearsal/engine";
import { passphraseCrypter } from "../../../rehearsal/engine/crypter";
import { readProject } from "../../../rehearsal/engine/project";
import { defaultPassphrase } from "../../../rehearsal/engine/snapshot";
import { labProject, labSource } from "./lab";

/** What a program gets of its configuration, and what is refused: recorded from the real CLI 3.259. */
const dir = mkdtempSync(join(tmpdir(), "multisite-config-"));
after(() => rmSync(dir, { recursive: true, force: true }));

function read(project: object, stack: object | string, given = {}) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, "conf"), { recursive: true });
  writeFileSync(join(dir, "index.js"), "");
  writeFileSync(
    join(dir, "Pulumi.yaml"),
    JSON.stringify({ name: "case", runtime: "nodejs", stackConfigDir: "conf", ...project }),
  );
  writeFileSync(join(dir, "conf", "Pulumi.dev.yaml"), typeof stack === "string" ? stack : JSON.stringify(stack));
  return Object.fromEntries(readProject(dir, "dev", given).config);
}

const nodeArguments: [nodeargs: string, words: string[]][] = [
  ["", []],
  ["  --inspect\t--trace-warnings ", ["--inspect", "--trace-warnings"]],
  [`--require "./my file.js" -r './it''s.js'`, ["--require", "./my file.js", "-r", "./its.js"]],
  [`--title="a \\"b\\" \\c" x\\ y`, ['--title=a "b" c', "x y"]],
  ["-r './a\\b' \"\"", ["-r", "./a\\b", ""]],
  ["--a#b # of the CLI\n--c", ["--a#b", "--c"]],
];
for (const [nodeargs, words] of nodeArguments) {
  it(`Node.js is given the words of ${JSON.stringify(nodeargs)} as a shell has them`, () => {
    read({ runtime: { name: "nodejs", options: { nodeargs } } }, {});
    assert.deepEqual(readProject(dir, "dev").nodeArguments, words);
  });
}

it("one secret within an object or a list is opened, and makes a secret of the whole", () => {
  const crypter = passphraseCrypter(defaultPassphrase(), undefined);
  const token = { secure: crypter.encrypt("t0ken") };
  const config = { "case:obj": { token, l: ["x"] }, "case:list": [token], "case:plain": { secure: 1, n: 5 } };
  assert.deepEqual(read({}, { encryptionsalt: crypter.salt, config }), {
    "case:obj": { text: '{"l":["x"],"token":"t0ken"}', secret: true },
    "case:list": { text: '["t0ken"]', secret: true },
    "case:plain": { text: '{"n":5,"secure":1}', secret: false },
  });
});

const secure = "AAABAJ0zr1nGbCbFLvKvU3B3oX9v3KxZk4bm0tQ3M3cD";
const sealed = { "case:pw": { secure }, "case:obj": { a: { secure }, b: 2 }, "case:size": 3 };
const otherSalt = passphraseCrypter("of another stack").salt;
const keepings: [who: string, keeping: object, why: RegExp][] = [
  ["Pulumi Cloud", {}, /encrypted by Pulumi Cloud, which no rehearsal asks: give a value for each: /],
  ["a KMS", { secretsprovider: "awskms://alias/x", encryptedkey: "abc" }, /encrypted by awskms:\/\/alias\/x, which no/],
  [
    "another passphrase",
    { encryptionsalt: otherSalt },
    /another passphrase: set PULUMI_CONFIG_PASSPHRASE to that one, or/,
  ],
];
for (const [who, keeping, why] of keepings) {
  it(`what ${who} keeps secret is asked for all at once, and is not opened where a value is given`, () => {
    const told = (given: object) => {
      try {
        read({}, { ...keeping, config: sealed }, given);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(told({}), why);
    assert.match(told({}), /Pulumi.dev.yaml \(case:pw, case:obj\): .* -c case:pw=VALUE -c case:obj=JSON$/);
    assert.match(told({ pw: "x" }), /Pulumi.dev.yaml \(case:obj\): .*: -c case:obj=JSON$/);
    assert.deepEqual(read({}, { ...keeping, config: sealed }, { pw: "x", "case:obj": '{"a":"y"}', size: "4" }), {
      "case:pw": { text: "x", secret: true },
      "case:obj": { text: '{"a":"y"}', secret: true },
      "case:size": { text: "4", secret: false },
    });
  });
}

it("each secret within an object is hidden where a program shows it alone, and what is beside it is not", async () => {
  const crypter = passphraseCrypter(defaultPassphrase(), undefined);
  const config = { "program:access": { token: { secure: crypter.encrypt("canary-91") }, site: "munich" } };
  const project = labProject(
    `const { token, site } = new pulumi.Config().requireObject("access"); console.log(token, site); exports.is = { token, site };`,
  );
  writeFileSync(join(project.dir, "Pulumi.dev.yaml"), JSON.stringify({ encryptionsalt: crypter.salt, config }));
  const session = await openSession({ projectDir: project.dir, stack: "dev", sources: [] });
  try {
    const { log, stackOutputs } = await session.preview();
    assert.deepEqual(stackOutputs, { is: { token: "[secret]", site: "munich" } });
    assert.ok(
      log.some(({ text }) => text === "[secret] munich"),
      JSON.stringify(log),
    );
  } finally {
    await session.close();
    project.remove();
  }
});

it("numbers and times of YAML are what the real engine makes of them, to the last digit", () => {
  const told = {
    "9007199254740993": "9007199254740993",
    "18446744073709551615": "18446744073709551615",
    "-12345678901234567890": "-12345678901234567000",
    "18446744073709551616": "18446744073709552000",
    "017": "15",
    "08": "8",
    "0b101": "5",
    "-0x10": "-16",
    "1_000.5": "1000.5",
    "1.10": "1.1",
    "1e400": "1e400",
    "190:20:30": "190:20:30",
    yes: "yes",
    null: "",
    "2001-01-01": "2001-01-01 00:00:00 +0000 UTC",
    "2001-1-2": "2001-01-02 00:00:00 +0000 UTC",
    "2001-12-14T21:59:43.10-05:00": "2001-12-14 21:59:43.1 -0500 -0500",
    "2001-12-14 21:59:43.10": "2001-12-14 21:59:43.1 +0000 UTC",
    "2001-12-14 21:59:43.10 -5": "2001-12-14 21:59:43.10 -5",
    "2001-13-45": "2001-13-45",
    "{x: 9007199254740993, 010: y, 1.50: z, 2001-01-01: w}":
      '{"1.5":"z","2001-01-01 00:00:00 +0000 UTC":"w","8":"y","x":9007199254740993}',
    "[-9223372036854775808, 12345678901234567890, null, 2001-01-01]":
      '[-9223372036854775808,12345678901234567000,null,"2001-01-01 00:00:00 +0000 UTC"]',
  };
  const lines = Object.keys(told).map((text, i) => `  case:k${i}: ${text}`);
  const config = read({}, `config:\n${lines.join("\n")}\n`);
  assert.deepEqual(
    Object.values(config).map(({ text }) => text),
    Object.values(told),
  );
  assert.throws(() => read({}, "config:\n  case:list: [.inf]\n"), {
    name: "UserError",
    message: "case:list: Infinity has no JSON form, which programs read: give it as a text, in quotes",
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
  };
  assert.deepEqual(read({ config: { ...config, count } }, {}, { key: "hush", list: "[1, 2]", flag: "true" }), {
    "case:count": { text: "3", secret: false },
    "case:key": { text: "hush", secret: true },
    "case:list": { text: "[1, 2]", secret: false },
    "case:flag": { text: "true", secret: false },
  });
});

for (const [stack, said] of [
  ["config:\n  pulumi:autonaming: { mode: verbatim }\n", "the configuration pulumi:autonaming"],
  ["environment: [shared]\n", "the environments of stack dev: give their values as config"],
] as const) {
  it(`refuses by name: ${said}`, () => {
    assert.throws(() => read({}, stack), { name: "UserError", message: `cannot rehearse: ${said}` });
  });
}

describe("Pulumi.yaml", () => {
  for (const [project, said] of [
    [{ name: undefined, nmae: "case" }, ["name is missing; did you mean it by nmae?"]],
    [{ name: "my shop" }, ['name is "my shop": it must be 1 to 100 letters, digits, hyphens, underscores and periods']],
    [{ name: 7, main: 8 }, ["name is 7: it must be a text", "main is 8: it must be a text"]],
    [{ runtime: { name: "nodejs", optoins: {} } }, ["runtime has the key optoins, which nobody knows"]],
    [{ runtime: undefined }, ["runtime is missing: it must be nodejs, or { name: nodejs, options: ... }"]],
    [
      { options: { refresh: true, refesh: "always" } },
      ["options.refresh is true: it must be always", "options has the key refesh, which nobody knows"],
    ],
    [{ backend: { uri: "s3://x" } }, ["backend has the key uri, which nobody knows"]],
    [{ config: { size: 1.5 } }, [/^config\.size is 1\.5: it must be a text, an integer/]],
    [{ config: { sizes: { small: 1 } } }, ["config.sizes has the key small, which nobody knows"]],
    [{ config: { n: { type: "integer", default: "many" } } }, ['config.n: the default "many" is not of type integer']],
    [{ config: { l: { type: "array" } } }, ["config.l: it is a list: say what it holds, as items"]],
    [
      { config: { "aws:region": { type: "string", default: "eu" } } },
      [
        "config.aws:region: only the project's own keys have a type",
        "config.aws:region: only the project's own keys have a default: give a value",
      ],
    ],
    [{ config: { a: { value: 1, default: 2 } } }, ["config.a: give default or value, not both"]],
    [{ config: "stacks" }, ["config is a folder, and stackConfigDir another: leave config out"]],
    [{ plugins: { providers: [{ name: "lab" }] } }, ["plugins.providers.0.path is missing: it must be a text"]],
    [{ packages: { lab: 1 } }, [/^packages\.lab is 1: it must be a source/]],
    [
      { requiredPulumiVersion: ">=3" },
      ['requiredPulumiVersion: parsing CLI version range ">=3": give one such as ">=3.200.0 <4.0.0"'],
    ],
    [
      { requiredPulumiVersion: "<3.0.0 || >=4.0.0" },
      ['requiredPulumiVersion: Pulumi CLI version 3.259.0 does not satisfy the version range "<3.0.0 || >=4.0.0"'],
    ],
    [
      { description: 5, template: { config: { size: { secret: "no" } }, foo: 1 } },
      [
        "description is 5: it must be a text",
        'template.config.size.secret is "no": it must be true or false',
        "template has the key foo, which nobody knows",
      ],
    ],
    [
      { runtime: { name: "nodejs", options: { nodeargs: "--require './a b.js" } } },
      [`runtime.options.nodeargs is "--require './a b.js": its quotes must be closed`],
    ],
    [
      {
        runtime: {
          name: "nodejs",
          options: { typescript: "false", nodeargs: ["-r"], tsconfig: 1, production: "yes", packagemanager: "foo" },
        },
      },
      [
        'runtime.options.typescript is "false": it must be true or false',
        "runtime.options.tsconfig is 1: it must be a text",
        'runtime.options.production is "yes": it must be true or false',
        'runtime.options.nodeargs is ["-r"]: it must be a text',
        'runtime.options.packagemanager is "foo": it must be one of auto, npm, yarn, pnpm, bun',
      ],
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(project)}`, () => {
      assert.throws(
        () => read(project, {}),
        (error: Error) => {
          assert.equal(error.name, "UserError");
          const [head, ...lines] = error.message.split("\n");
          assert.equal(head, `${join(dir, "Pulumi.yaml")} has problems:`);
          assert.equal(lines.length, said.length, error.message);
          for (const [i, expected] of said.entries()) {
            const line = (lines[i] as string).trim();
            if (typeof expected === "string") assert.equal(line, expected);
            else assert.match(line, expected);
          }
          return true;
        },
      );
    });
  }

  it("may name the stacks' folder as config, and a key in its old form", () => {
    const given = { stackConfigDir: undefined, config: "conf" };
    assert.deepEqual(read(given, { config: { "aws:config:region": "eu-west-1", size: 3 } }), {
      "aws:region": { text: "eu-west-1", secret: false },
      "case:size": { text: "3", secret: false },
    });
  });

  it("may be Pulumi.yml or Pulumi.json, and the stacks' files are named alike", () => {
    for (const extension of ["yml", "json"]) {
      read({}, {});
      const text = JSON.stringify({ name: "case", runtime: "nodejs" });
      rmSync(join(dir, "Pulumi.yaml"));
      writeFileSync(join(dir, `Pulumi.${extension}`), text);
      writeFileSync(join(dir, `Pulumi.dev.${extension}`), JSON.stringify({ config: { size: 3 } }));
      assert.deepEqual(Object.keys(Object.fromEntries(readProject(dir, "dev").config)), ["case:size"]);
    }
  });

  it("may take over another mapping, and lead to a program that is elsewhere", () => {
    read({}, {});
    const elsewhere = join(dir, "..", "elsewhere.js");
    writeFileSync(elsewhere, "");
    const text = "base: &base { runtime: nodejs, main: ../elsewhere.js }\n<<: *base\nname: case\n";
    writeFileSync(join(dir, "Pulumi.yaml"), text);
    const { pwd, main } = readProject(dir, "dev");
    rmSync(elsewhere);
    assert.deepEqual([pwd, main], [dirname(dir), "elsewhere.js"]);
  });

  it("is found from the folder of the program that it names, and from no other", () => {
    read({}, { config: { size: 3 } });
    for (const folder of ["src", "other"]) {
      mkdirSync(join(dir, folder));
      writeFileSync(join(dir, folder, "index.js"), "");
    }
    const text = JSON.stringify({ name: "case", runtime: "nodejs", stackConfigDir: "conf", main: "src/" });
    writeFileSync(join(dir, "Pulumi.yaml"), text);
    const { name, root, pwd, config } = readProject(join(dir, "src"), "dev");
    assert.deepEqual([name, root, pwd, [...config.keys()]], ["case", dir, join(dir, "src"), ["case:size"]]);
    assert.equal(readProject(join(dir, "other"), "dev").name, "other");
  });

  it("ends for folders of plugins that are not there, values that are none, and stacks that are no mapping", () => {
    const said = (project: object, stack: object) => {
      try {
        return read(project, stack);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const gone = { packages: { lab: "./gone" }, plugins: { providers: [{ name: "other", path: "lost" }] } };
    const all = String(said({ ...gone, config: { key: { value: null } } }, { config: [1] }));
    assert.match(all, /no folder .*lost, which Pulumi\.yaml names for other\n.*no folder .*gone, .* for lab\n/);
    assert.match(all, /config of .*Pulumi\.dev\.yaml must be a mapping of keys to values\n/);
    assert.match(all, /missing configuration value 'key'|key/);
    rmSync(join(dir, "Pulumi.yaml"));
    writeFileSync(join(dir, "Pulumi.json"), '{ "name": "case", "runtime": "nodejs", }');
    assert.throws(() => readProject(dir, "dev"), /cannot read .*Pulumi\.json: /);
  });

  it("takes versions of the CLI that it or another one has", () => {
    for (const range of [
      ">=3.0.0 <4.0.0",
      ">= 3.270.0",
      "!3.1.2",
      "3.x",
      "3.270.5",
      ">3.250.x",
      "2.0.0 || <=3.260.0",
      "3.259.0",
      ">= 3.0.0 , < 4.0.0",
    ]) {
      assert.doesNotThrow(() => read({ requiredPulumiVersion: range }, {}), range);
    }
  });
});

it("refuses a key that is none", () => {
  assert.throws(() => read({}, { config: { "a:b:c": 1 } }), {
    name: "UserError",
    message: /^a:b:c: could not parse a:b:c as a configuration key \(configuration keys should be of the form/,
  });
});

describe("the name of a stack", () => {
  for (const [name, organization] of [
    ["dev", "organization"],
    ["acme/dev", "acme"],
    ["acme/case/dev", "acme"],
  ] as const) {
    it(`${name} reads the stack's own file`, () => {
      read({}, { config: { size: 3 } });
      const project = readProject(dir, name);
      assert.deepEqual([project.stack, project.organization, project.config.size], ["dev", organization, 1]);
    });
  }

  for (const name of ["", "a b", "../dev", "acme/", "/dev", "a/case/b/dev", "x".repeat(101)]) {
    it(`is not ${JSON.stringify(name)}`, () => {
      read({}, {});
      assert.throws(() => readProject(dir, name), {
        name: "UserError",
        message: /^--stack ".*" is no name of a stack/,
      });
    });
  }

  it("is not one of another project", () => {
    read({}, {});
    assert.throws(() => readProject(dir, "acme/other/dev"), /stack of the project other, and the program is case/);
  });

  it("tells a program its organization", async () => {
    const project = labProject(`module.exports = { of: pulumi.getOrganization() + " " + pulumi.getStack() };`);
    const session = await openSession({ projectDir: project.dir, stack: "acme/dev", sources: [] });
    try {
      assert.deepEqual((await session.preview()).stackOutputs, { of: "acme dev" });
    } finally {
      await session.close();
      project.remove();
    }
  });
});

it("compiles a program by the settings that Pulumi.yaml names", async () => {
  const project = labProject("");
  const file = (name: string, text: string) => writeFileSync(join(project.dir, name), text);
  file("index.ts", "const unused: number = 1;\nexport const it = 2;\n");
  file("tsconfig.json", '{ "compilerOptions": { "strict": true, "noUnusedLocals": true } }');
  file("tsconfig.infra.json", '{ "compilerOptions": { "strict": true } }');
  const previewed = async (options: string) => {
    file("Pulumi.yaml", `{ name: program, runtime: { name: nodejs, options: { ${options} } }, main: index.ts }`);
    const session = await openSession({ projectDir: project.dir, sources: [] });
    const result = await session.preview();
    await session.close();
    return result;
  };
  const given = process.env.PULUMI_NODEJS_TRANSPILE_ONLY;
  delete process.env.PULUMI_NODEJS_TRANSPILE_ONLY;
  try {
    assert.match(JSON.stringify((await previewed("")).diagnostics), /TS6133/);
    assert.deepEqual((await previewed("tsconfig: tsconfig.infra.json")).stackOutputs, { it: 2 });
  } finally {
    if (given !== undefined) process.env.PULUMI_NODEJS_TRANSPILE_ONLY = given;
    project.remove();
  }
});

it("ends a program that requires another CLI", async () => {
  const project = labProject(`pulumi.requirePulumiVersion(">=3.0.0"); pulumi.requirePulumiVersion("<3.0.0");`);
  const session = await openSession({ projectDir: project.dir, sources: [] });
  try {
    const { exit, diagnostics } = await session.preview();
    assert.equal(exit, 1);
    assert.match(JSON.stringify(diagnostics), /Pulumi CLI version 3\.259\.0 does not satisfy the version range/);
  } finally {
    await session.close();
    project.remove();
  }
});

it("has everything read again before each run where Pulumi.yaml says so", async () => {
  const project = labProject(`new Thing("kept", {}); new Thing("gone", {});`);
  writeFileSync(
    join(project.dir, "Pulumi.yaml"),
    "{ name: program, runtime: nodejs, options: { refresh: always }, main: index.js }",
  );
  const calls: string[] = [];
  const source = labSource(calls, () => ({
    read: async ({ name, id, inputs, outputs }) => ({ id: name === "gone" ? "" : id, inputs, outputs }),
  }));
  const session = await openSession({ projectDir: project.dir, sources: [source] });
  try {
    for (const run of ["up", "up", "destroy"] as const) assert.equal((await session[run]()).exit, 0);
    const [first, second, ...others] = calls.map((call) => call.split(" ", 2).join(" "));
    assert.deepEqual([first, second].sort(), ["create gone", "create kept"]);
    assert.deepEqual(others, ["create gone", "delete kept"]);
  } finally {
    await session.close();
    project.remove();
  }
});
