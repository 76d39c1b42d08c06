import type { Model } from "../model";
import { between, matches } from "../rules";
import { text } from "../wire";
import { project } from "./names";

const BUCKET = "gcp:logging/projectBucketConfig:ProjectBucketConfig";
const BUCKET_DESTINATION = /^logging\.googleapis\.com\//;

/** Cloud Logging. Sources: its API reference, and `ForceNew` in terraform-provider-google 7. */
export const loggingModels: { readonly [type: string]: Model } = {
  [BUCKET]: {
    id: (it) =>
      `projects/${project(it).replace(/^projects\//, "")}/locations/${text(it.inputs, "location")}/buckets/${text(it.inputs, "bucketId")}`,
    name: {
      property: "bucketId",
      rule: matches(
        /^[A-Za-z0-9][\w.-]{0,99}$/,
        "1 to 100 letters, digits and _ - . that begin with a letter or digit (buckets that begin with _ are Google's)",
      ),
      maxLength: 100,
    },
    unique: [],
    immutable: ["project", "location", "bucketId"],
    values: { retentionDays: between(1, 3650, "days") },
    handles: ["name"],
    outputs: (it) => ({ name: it.id, lifecycleState: "ACTIVE", description: "", deletionPolicy: "DELETE" }),
  },
  "gcp:logging/projectSink:ProjectSink": {
    id: (it) => `projects/${project(it)}/sinks/${text(it.inputs, "name")}`,
    name: {
      property: "name",
      rule: matches(/^[A-Za-z0-9][\w.-]{0,99}$/, "1 to 100 letters, digits and _ - ."),
      maxLength: 100,
    },
    unique: [],
    immutable: ["project", "name"],
    values: {
      destination: matches(
        /^(logging|storage|bigquery|pubsub)\.googleapis\.com\/.+$/,
        'such as "logging.googleapis.com/projects/<project>/locations/<region>/buckets/<bucket>"',
      ),
    },
    refers: {
      destination: {
        to: [BUCKET],
        // Storage, BigQuery and Pub/Sub are destinations too, and so are the project's own buckets.
        unless: /^(?!logging\.)|\/buckets\/_/,
        handle: (value) => value.replace(BUCKET_DESTINATION, ""),
      },
    },
    outputs: (it) => ({
      writerIdentity: `serviceAccount:service-${it.account.facts.projectNumber}@gcp-sa-logging.iam.gserviceaccount.com`,
      deletionPolicy: "DELETE",
    }),
  },
};
