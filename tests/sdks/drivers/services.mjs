// Drives a server with llama-cloud-services for Node, which has one call: classify.
//
// Started in the folder that holds its node_modules. Reads {base_url, api_key, invoice, recipe,
// broken, rules, folder} as JSON from the standard input and prints one JSON object: for each
// scenario what came out, or the exception that ended it.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const entry = path.join(process.cwd(), "node_modules/llama-cloud-services/dist/index.js");
const { LlamaClassify } = await import(pathToFileURL(entry).href);

// The SDK tells on the standard output what it does; that is kept for the report.
console.log = console.error;

const given = JSON.parse(readFileSync(0, "utf8"));
const FAST = { pollingInterval: 0.1, maxRetriesOnError: 1, retryInterval: 0.1 };

async function classify(input, apiKey = given.api_key, rules = given.rules) {
  const classifier = new LlamaClassify(apiKey, given.base_url);
  const results = await classifier.classify(rules, { lang: "en" }, { ...FAST, ...input });
  return results.items.map((item) => item.result?.type ?? null);
}

function invoicePath() {
  const name = path.join(given.folder, "invoice.txt");
  writeFileSync(name, given.invoice);
  return name;
}

const invoice = Buffer.from(given.invoice);
const scenarios = {
  path: () => classify({ filePaths: [invoicePath()] }),
  buffer: () => classify({ fileContents: [invoice] }),
  bytes: () => classify({ fileContents: [new Uint8Array(invoice)] }),
  text: () => classify({ fileContents: [given.recipe] }),
  file: () => classify({ fileContents: [new File([given.recipe], "pancakes.txt")] }),
  several: () => classify({ fileContents: [given.recipe, given.invoice, given.recipe] }),
  wrong_key: () => classify({ fileContents: [given.recipe] }, "llx-wrong"),
  refused_rule: () =>
    classify({ fileContents: [given.recipe] }, given.api_key, [{ type: "a/b", description: "no" }]),
};

const report = {};
for (const [name, scenario] of Object.entries(scenarios)) {
  try {
    report[name] = { value: await scenario() };
  } catch (error) {
    report[name] = { exception: error.constructor.name, message: String(error.message ?? error) };
  }
}
process.stdout.write(JSON.stringify(report, null, 1));
