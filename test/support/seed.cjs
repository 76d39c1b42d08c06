// Loaded before every test file. Laws draw their cases by one seed, so that a red run can be repeated and a green one stays
// green; MULTISITE_SEED=random draws others, and prints the seed of what fails.
const seed = process.env.MULTISITE_SEED ?? "20261127";
if (seed !== "random") require("fast-check").configureGlobal({ seed: Number(seed) });
// The type check before the tests has read the programs of examples/ and test/ too: their runs need not do it again.
process.env.PULUMI_NODEJS_TRANSPILE_ONLY ??= "true";
