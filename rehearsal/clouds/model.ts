import type { Templates } from "../clusters/provider/templates";
import type {
  CheckFailure,
  CheckRequest,
  ConstructRequest,
  ConstructResult,
  InvokeRequest,
  InvokeResult,
  Properties,
} from "../engine/provider";
import type { TextMaker } from "./sdk/madeUp";
import type { ResourceSchema, SdkPackage } from "./sdk/package";
import type { Thing, World } from "./world";

/**
 * Whose cloud a provider resource talks to: account and region, project, subscription, or cluster.
 * A fact is undefined while the provider's input for it is unknown.
 */
export interface Account {
  /** The part of a scope that names the account, project, subscription or cluster. */
  owner: string | undefined;
  /** Region or location where the provider works by default. */
  region: string | undefined;
  /** Other facts by name, such as `partition`, `projectNumber`, `tenant`. */
  facts: { readonly [name: string]: string };
  /** The provider's inputs, secrets revealed. */
  config: Properties;
}

/** A resource in the hands of a rule. Inputs are revealed; they hold unknowns when `check` runs in a preview. */
export interface Subject {
  urn: string;
  type: string;
  name: string;
  inputs: Properties;
  account: Account;
  /** Region or location of this resource; undefined when not known. */
  region: string | undefined;
}

/** A resource that is being made or changed; every input is known. */
export interface Making extends Subject {
  id: string;
  scope: string;
  world: World;
  /** The program imports it: it may be what the cloud came with. */
  isImported: boolean;
  /** What the property at a path refers to, as {@link Model.refers} declares; the first where there are several. */
  target(path: string): Thing | undefined;
  targets(path: string): Thing[];
  /** Digits that belong to this resource: equal in every run. */
  hex(length: number, label?: string): string;
}

/** Says what is wrong with a value (`must be ...`), or nothing. */
export type ValueRule = (value: unknown, subject: Subject) => string | undefined;

/** A property that refers to another thing. */
export interface Reference {
  /** Types that it may mean. */
  to: readonly string[];
  /** The target cannot be deleted while this thing exists. */
  holds?: boolean;
  /** A value of another kind, which no thing answers to, such as a public IP's prefix; it is left alone. */
  unless?: RegExp;
  /**
   * Whether what is not found is taken to exist outside the program: true also for bare names, false for nothing.
   * @default ids, ARNs, resource ids and links are, names are not
   */
  given?: boolean;
  /** Whether the target may be in another account or region. */
  isAnywhere?: boolean;
  /** The text under which the target is known, when the property says it otherwise. */
  handle?: (value: string, subject: Subject) => string;
}

/** The meaning of one resource type: what its cloud refuses, and what it answers. All of it is data or small functions. */
export interface Model {
  /** `region` (default): one per account and region. `account`: one for all its regions. */
  scope?: "region" | "account";
  /** The property that holds its physical name, and what the name may be. */
  name?: { property: string; rule?: ValueRule; maxLength?: number };
  /** Properties that together are unique within type and scope; the name by default. */
  unique?: readonly (readonly string[])[];
  /** Paths that cannot change in place: a change replaces. `*` for all but {@link mutable}. */
  immutable?: readonly string[];
  /** With `immutable: ["*"]`: what may change all the same. */
  mutable?: readonly string[];
  /** Paths that the cloud does not let change, though the provider tries: an update fails. With the way out. */
  frozen?: { readonly [path: string]: string };
  /** What the cloud takes for a frozen path that is not given. */
  absent?: { readonly [path: string]: unknown };
  /** What values are allowed, by path. Judged by check, so that all problems show at once. */
  values?: { readonly [path: string]: ValueRule };
  /** What must hold between properties of one resource. Judged by check. */
  rules?: readonly ((subject: Subject) => CheckFailure | undefined)[];
  /** What its properties refer to. Judged when it is made or changed. */
  refers?: { readonly [path: string]: Reference };
  /** What must hold between this and other things. Judged when it is made or changed. */
  world?: readonly ((making: Making) => string | undefined)[];
  /** The same, but what does not hold yet may come while the program runs: the provider tries again for a while. */
  soon?: readonly ((making: Making) => string | undefined)[];
  /** Why it cannot be deleted, beyond the things that hold it. */
  undeletable?: (thing: Thing, world: World) => string | undefined;
  /** Inputs that the provider fills in. */
  defaults?: (subject: Subject) => Properties;
  /** Its id; by default the cloud's convention. */
  id?: (subject: Subject & { hex(length: number, label?: string): string }) => string;
  /** Outputs beside the inputs. Nested objects are merged with the inputs'. */
  outputs?: (making: Making) => Properties;
  /** Paths of outputs that mean the thing too, such as `arn`. @default ["arn"] */
  handles?: readonly string[];
  /** Numbers among its outputs that rise by one with every change, such as a version; a preview cannot know them. */
  counters?: readonly string[];
  /** What it adds to a diff, such as a certificate's renewal: paths that force a replacement. */
  renews?: (inputs: Properties, outputs: Properties) => string | undefined;
}

/** A function of a cloud that has a meaning of its own. It throws what it refuses. */
export type FunctionModel = (
  args: Properties,
  context: { account: Account; world: World; scope: string },
) => Properties;

/** What a component or a function can know of where it is made. */
export interface Surroundings {
  readonly sdk: SdkPackage;
  readonly account: Account;
  /** Whoever renders charts and builds kustomizations. @default nobody does */
  readonly templates: Templates | undefined;
  /** What there is of a type in the account. */
  things(type: string): Iterable<Thing>;
}

/** One cloud: the conventions that all its types follow, and the types that have a meaning. */
export interface Cloud {
  /** Name of the package. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** True when ids say the project or subscription: then one may refer into another, and the scope is the whole cloud. */
  readonly isOneScope?: boolean;
  /** The meaning of a type; undefined when only its shape is known. */
  model(type: string): Model | undefined;
  function(token: string): FunctionModel | undefined;
  /** Whose cloud a provider with these inputs talks to. */
  account(config: Properties): Account;
  /** Provider inputs that say whose cloud it is: when that changes, the provider and all that it made are replaced. */
  readonly replaces?: readonly string[];
  /** Whether it is another's after such a change. @default when the account's owner is another */
  moves?(before: Properties, after: Properties): boolean;
  /** What is wrong with the files that a resource names. Judged by check. */
  checkFiles?(type: string, inputs: Properties, surroundings: Surroundings): CheckFailure[];
  /** What the cloud refuses of a provider's inputs. */
  checkConfig?(config: Properties): CheckFailure[];
  /** Region of a resource, from its inputs or its provider's. */
  region(inputs: Properties, account: Account): string | undefined;
  /** Inputs with what the provider puts into them whatever else they hold, such as the namespace of what names none. */
  filled?(request: CheckRequest, surroundings: Surroundings): Properties;
  /** The input that the provider names by itself, with the separator and the number of hexadecimal digits. */
  autoname(schema: ResourceSchema, model: Model | undefined): Autoname | undefined;
  /** What is immutable whatever the type's model says, of something with these inputs. */
  immutable(schema: ResourceSchema, account: Account, inputs: Properties): readonly string[];
  /** Ids of types that have no model, and of models that follow the convention. */
  id(subject: Subject, schema: ResourceSchema, hex: (length: number) => string): string;
  /** Inputs that the provider fills in, whatever the type; undefined values are left out. */
  defaults?(subject: Subject, schema: ResourceSchema, world: World): Properties;
  /** Inputs that an id says, of what a program looks up; undefined where it says none. */
  identified?(type: string, id: string): Properties | undefined;
  /** Texts of outputs that no model gives. */
  text(subject: Subject & { id: string }): TextMaker;
  /** The text under which things are known, where a reference may be written in several ways. */
  handle?(value: string, type: string, subject: Subject): string;
  /** Outputs that the provider knows without asking the cloud, so that previews have them too. */
  known?(subject: Subject, schema: ResourceSchema): Properties;
  /** True when outputs that no model gives are made up; false when the cloud answers with the inputs and little else. */
  readonly fills: boolean;
  /** True when previews ask it what an object would be, but for what only comes to be later. @default false */
  readonly dryRuns?: boolean;
  /** Properties that a type takes though the SDK does not list them. */
  accepts?(schema: ResourceSchema): readonly string[];
  /** Inputs as the SDK's types spell them, where the cloud takes other spellings as well. */
  spelled?(inputs: Properties): Properties;
  /** Answers the functions that are more than a look-up; undefined for all others. @default all are look-ups */
  invoke?(request: InvokeRequest, surroundings: Surroundings): Promise<InvokeResult> | undefined;
  /** Makes the package's components. @default it has none */
  construct?(request: ConstructRequest, surroundings: Surroundings): Promise<ConstructResult>;
  /** A schema for a type that no SDK lists but the cloud takes, such as a custom resource of Kubernetes. */
  custom?(token: string, hasModule: (module: string) => boolean): ResourceSchema | undefined;
}

/** How a provider names what the program did not name: `<logical name><separator><digits of hex>`. */
export interface Autoname {
  property: string;
  separator: string;
  digits: number;
  maxLength: number;
  /** Where the name lies in an object, such as `metadata`. */
  inside?: string;
  lowerCase?: boolean;
  /** `copy`: the logical name itself. `uuid`: a GUID. @default the logical name and random digits */
  style?: "copy" | "uuid";
  /** What every name of the type begins with, such as `alias/`. */
  prefix?: string;
}
