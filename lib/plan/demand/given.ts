import type { Problem } from "../problems";
import { shown } from "./fields";
import type { SourceObject } from "./objects";

/** A text of Kubernetes manifests and what to call it in messages, such as its file's name. */
export interface ManifestSource {
  readonly name: string;
  readonly text: string;
}

/**
 * Manifests as programs give them: texts of YAML or JSON with any number of documents each, with their names or without, or
 * objects.
 */
export type Manifests = string | readonly (string | ManifestSource | object)[];

/** Manifests to be read, and what is none. */
export interface GivenManifests {
  readonly sources: readonly (ManifestSource | SourceObject)[];
  readonly problems: readonly Problem[];
}

const ADVICE = "give a text of YAML or JSON, { name, text }, or an object";

/**
 * Manifests with a name each for messages.
 * @param manifests what a program gives; one in JavaScript gives anything
 * @param title what a text that is all of them is called
 */
export function givenManifests(manifests: Manifests, title = "manifests"): GivenManifests {
  if (typeof manifests === "string") return { sources: [{ name: title, text: manifests }], problems: [] };
  if (!Array.isArray(manifests)) {
    const message = `must be a text or a list, got ${shown(manifests)}: ${ADVICE}, several of them in a list`;
    return { sources: [], problems: [{ path: title, message }] };
  }
  const sources: (ManifestSource | SourceObject)[] = [];
  const problems: Problem[] = [];
  for (const [index, one] of (manifests as readonly unknown[]).entries()) {
    const source = `manifests[${index}]`;
    if (typeof one === "string") sources.push({ name: source, text: one });
    else if (typeof one !== "object" || one === null) {
      problems.push({ path: source, message: `is no manifest, got ${shown(one)}: ${ADVICE}` });
    } else if ("text" in one && typeof one.text === "string" && !("kind" in one)) {
      const { name = source, text } = one as Partial<ManifestSource> & { readonly text: string };
      sources.push({ name, text });
    } else sources.push({ object: one, source });
  }
  return { sources, problems };
}
