import { z } from "zod";
import { nearest } from "../../lib/plan/nearest";
import { UserError } from "../userError";
import { versionRangeProblem } from "./cliVersion";
import { isValueOfType, typeName } from "./configValues";
import { toJson } from "./configYaml";
import { shellWords } from "./shellWords";

/** What Pulumi.yaml may hold, by the rules of the real CLI. Keys that nobody knows are free at the top, and nowhere else. */

const text = z.string("it must be a text");
const flag = z.boolean("it must be true or false");
const simpleTypes = ["string", "integer", "boolean", "array", "object"] as const;
const packageManagers = ["auto", "npm", "yarn", "pnpm", "bun"] as const;
const type = z.enum(simpleTypes, `it must be one of ${simpleTypes.join(", ")}`);

interface Items {
  type: (typeof simpleTypes)[number];
  items?: Items | undefined;
}

const items: z.ZodType<Items> = z.lazy(() =>
  z
    .object({ type, items: items.optional() }, "it must say a type, such as { type: string }")
    .refine(({ type, items }) => type !== "array" || items !== undefined, {
      path: ["items"],
      message: "lists say what they hold, such as { type: string }",
    }),
);

const configEntry = z.union(
  [
    z.string(),
    z.bigint(),
    z.boolean(),
    z.array(z.unknown()),
    z.strictObject({
      type: type.optional(),
      items: items.optional(),
      description: text.optional(),
      secret: flag.optional(),
      default: z.unknown().optional(),
      value: z.unknown().optional(),
    }),
  ],
  "it must be a text, an integer, true, false, a list, or a mapping of type, items, description, secret, and default or value",
);

const plugins = z
  .array(
    z.strictObject({ name: text, path: text, version: text.optional() }, "it must have name and path"),
    "it must be a list",
  )
  .optional();

const runtimeOptions = z
  .looseObject({
    typescript: flag.optional(),
    tsconfig: text.optional(),
    production: flag.optional(),
    nodeargs: text.refine((args) => shellWords(args) !== undefined, "its quotes must be closed").optional(),
    packagemanager: z.enum(packageManagers, `it must be one of ${packageManagers.join(", ")}`).optional(),
  })
  .optional();

const template = z.strictObject(
  {
    displayName: text.nullish(),
    description: text.nullish(),
    quickstart: text.nullish(),
    important: flag.nullish(),
    metadata: z.record(z.string(), text, "it must be a mapping of texts").nullish(),
    config: z
      .record(
        z.string(),
        z.looseObject({ description: text.nullish(), secret: flag.nullish() }, "it must be a mapping"),
        "it must be a mapping",
      )
      .nullish(),
  },
  "it must be a mapping",
);

const file = z.object({
  name: z
    .string("it must be a text")
    .regex(/^[\w.-]{1,100}$/, "it must be 1 to 100 letters, digits, hyphens, underscores and periods"),
  runtime: z.union(
    [z.string().min(1), z.strictObject({ name: z.string().min(1), options: runtimeOptions })],
    "it must be nodejs, or { name: nodejs, options: ... }",
  ),
  main: text.nullish(),
  description: text.nullish(),
  author: text.nullish(),
  website: text.nullish(),
  license: text.nullish(),
  template: template.nullish(),
  config: z.union([z.string(), z.record(z.string(), configEntry, "it must be a mapping")]).nullish(),
  stackConfigDir: text.nullish(),
  requiredPulumiVersion: text.nullish(),
  backend: z.strictObject({ url: text.optional() }, "it must be a mapping").nullish(),
  options: z
    .strictObject({ refresh: z.literal("always", "it must be always").optional() }, "it must be a mapping")
    .nullish(),
  packages: z
    .record(
      z.string(),
      z.union(
        [
          z.string(),
          z.strictObject({
            source: z.string(),
            version: z.string().optional(),
            parameters: z.array(z.string()).optional(),
            pluginDownloadURL: z.string().optional(),
            checksums: z.record(z.string(), z.string()).optional(),
            extensions: z.array(z.string()).optional(),
          }),
        ],
        "it must be a source such as ./folder or name@1.2.3, or a mapping of source, version and parameters",
      ),
      "it must be a mapping",
    )
    .optional(),
  plugins: z.object({ providers: plugins, analyzers: plugins, languages: plugins }, "it must be a mapping").optional(),
});

export type ProjectFile = z.infer<typeof file>;

/** Whether a key of a configuration is the project's own. */
export const isOwnKey = (project: string, key: string): boolean => !key.includes(":") || key.startsWith(`${project}:`);

/**
 * Reads what was parsed of a Pulumi.yaml.
 * @param path of the file, for the message.
 * @throws UserError with everything that the real CLI would refuse.
 */
export function readProjectFile(content: { [key: string]: unknown }, path: string): ProjectFile {
  const { data, error } = file.safeParse(content, { reportInput: true });
  if (data === undefined)
    throw problemsOf(
      path,
      (error?.issues ?? []).flatMap((issue) => wordsOf(issue, content)),
    );
  const problems = declarationProblems(data);
  const version = versionRangeProblem(data.requiredPulumiVersion ?? "");
  if (version !== undefined) problems.push(`requiredPulumiVersion: ${version}`);
  if (typeof data.config === "string" && data.stackConfigDir != null) {
    problems.push("config is a folder, and stackConfigDir another: leave config out");
  }
  if (problems.length > 0) throw problemsOf(path, problems);
  return data;
}

const problemsOf = (path: string, problems: readonly string[]): UserError =>
  new UserError([`${path} has problems:`, ...problems.map((problem) => `  ${problem}`)].join("\n"));

function wordsOf(issue: z.core.$ZodIssue, content: { [key: string]: unknown }): string[] {
  // Of what may be several things, it was meant to be the one whose kind it is, although some part is wrong.
  const meant = issue.code === "invalid_union" ? issue.errors.find((errors) => errors.every(isOfPart)) : undefined;
  if (meant !== undefined) {
    return meant.flatMap((part) => wordsOf({ ...part, path: [...issue.path, ...part.path] }, content));
  }
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${path} has the key ${key}, which nobody knows`);
  if (issue.input !== undefined) return [`${path} is ${toJson(issue.input)}: ${issue.message}`];
  const near = issue.path.length === 1 ? nearest(path, Object.keys(content)) : undefined;
  return [`${path} is missing${near === undefined ? `: ${issue.message}` : `; did you mean it by ${near}?`}`];
}

const isOfPart = ({ code, path }: z.core.$ZodIssue): boolean => code === "unrecognized_keys" || path.length > 0;

/** What declarations of the configuration may not say together. */
function declarationProblems({ name, config }: ProjectFile): string[] {
  if (typeof config !== "object" || config === null) return [];
  return Object.entries(config).flatMap(([key, entry]) => {
    if (typeof entry !== "object" || Array.isArray(entry)) return [];
    const { type, items, default: preset, value } = entry;
    const problems: string[] = [];
    if (preset != null && value != null) problems.push("give default or value, not both");
    if (isOwnKey(name, key)) {
      if (type === "array" && items === undefined) problems.push("it is a list: say what it holds, as items");
      else if (type !== undefined && preset != null && !isValueOfType(preset, type, items)) {
        problems.push(`the default ${toJson(preset)} is not of type ${typeName(type, items)}`);
      }
    } else {
      if (type !== undefined) problems.push("only the project's own keys have a type");
      if (preset != null) problems.push("only the project's own keys have a default: give a value");
      else if (value == null) problems.push("it has no value");
    }
    return problems.map((problem) => `config.${key}: ${problem}`);
  });
}
