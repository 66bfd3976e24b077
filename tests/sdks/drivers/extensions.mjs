// Uses our extensions with one release of @llamaindex/llama-cloud.
//
// Started in the folder that holds its node_modules. Reads {base_url, api_key, invoice, recipe,
// broken, rules} as JSON from the standard input and prints one JSON object: for each scenario what
// came out, or the exception that ended it. Scenarios of a version of the API that this release
// does not speak are left out. What the guide shows stands between scissors, word for word.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { printReport } from "./reporting.mjs";

const require = createRequire(path.join(process.cwd(), "package.json"));
const { LlamaCloud, toFile } = await import(
  pathToFileURL(require.resolve("@llamaindex/llama-cloud").replace(/\.js$/, ".mjs")).href
);

const POLL = { pollingInterval: 0.1, backoff: "constant" };

const given = JSON.parse(readFileSync(0, "utf8"));
const client = new LlamaCloud({ apiKey: given.api_key, baseURL: given.base_url, maxRetries: 0 });

const upload = async (what) =>
  await client.files.create({
    file: await toFile(Buffer.from(given[what]), `${what}.txt`),
    purpose: "classify",
  });

const seen = (result, candidates, evidence) => ({
  type: result.type,
  compared: result.reasoning.includes("2 examples of yours"),
  candidates: candidates.map((candidate) => candidate.type),
  best: Math.abs(candidates[0].confidence - result.confidence) < 0.001,
  evidence: evidence.map((each) => Object.keys(each).sort()),
});

async function statusOf(call) {
  try {
    await call();
  } catch (error) {
    return error.status;
  }
  return 200;
}

const first = {
  async v1_everything() {
    const [example, file] = [await upload("invoice"), await upload("invoice")];
    // 8< min_confidence, examples, candidates and evidence of version 1
    const rules = [
      {
        type: "invoice",
        description: "A supplier's bill with line items and a total to pay.",
        examples: [{ file_id: example.id }, { text: "INVOICE No. 7 ..." }],
      },
      { type: "recipe", description: "Cooking instructions with their ingredients." },
    ];
    const params = { file_ids: [file.id], rules, min_confidence: 0.5 };
    const results = await client.classifier.classify(params, {
      headers: { "Idempotency-Key": `inbox-${file.id}` },
    });
    const result = results.items[0].result;
    const { candidates, evidence } = result;
    // >8
    return seen(result, candidates, evidence);
  },
  async v1_too_unsure() {
    const file_ids = [(await upload("invoice")).id];
    const params = { file_ids, rules: given.rules, min_confidence: 1 };
    const job = await client.classifier.jobs.create(params);
    await client.classifier.jobs.waitForCompletion(job.id, {}, POLL);
    const [item] = (await client.classifier.jobs.getResults(job.id)).items;
    return { echoed: job.min_confidence, type: item.result.type };
  },
  async v1_same_key() {
    const file_ids = [(await upload("recipe")).id];
    const headers = { "Idempotency-Key": `same ${file_ids[0]}` };
    const create = async (rules) => await client.classifier.jobs.create({ file_ids, rules }, { headers });
    const [one, two] = [await create(given.rules), await create(given.rules)];
    return {
      same: one.id === two.id,
      other: await statusOf(() => create(given.rules.slice(0, 1))),
    };
  },
  async v1_total_cancel_and_delete() {
    const file_ids = [(await upload("recipe")).id];
    const job = await client.classifier.jobs.create({ file_ids, rules: given.rules });
    // 8< how many jobs there are; cancel and delete one of version 1
    const page = await client.get("/api/v1/classifier/jobs", { query: { include_total: true } });
    const total = page.total_size;
    await client.post(`/api/v1/classifier/jobs/${job.id}/cancel`);
    await client.delete(`/api/v1/classifier/jobs/${job.id}`);
    // >8
    return { total: total > 0, gone: await statusOf(() => client.classifier.jobs.get(job.id)) };
  },
  async v1_reason_of_a_failure() {
    const broken = await toFile(Buffer.from(given.broken, "hex"), "broken.pdf");
    const file = await client.files.create({ file: broken, purpose: "classify" });
    const job = await client.classifier.jobs.create({ file_ids: [file.id], rules: given.rules });
    while ((await client.classifier.jobs.get(job.id)).status === "PENDING");
    const [item] = (await client.classifier.jobs.getResults(job.id)).items;
    return { result: item.result, code: item.error.code };
  },
};

const second = {
  async v2_everything() {
    const [example, file] = [await upload("invoice"), await upload("invoice")];
    // 8< the same in version 2
    const configuration = {
      rules: [
        {
          type: "invoice",
          description: "A supplier's bill with line items and a total to pay.",
          examples: [{ file_id: example.id }, { text: "INVOICE No. 7 ..." }],
        },
        { type: "recipe", description: "Cooking instructions with their ingredients." },
      ],
      min_confidence: 0.5,
    };
    const job = await client.classify.run({
      file_input: file.id,
      configuration,
      transaction_id: `letter-${file.id}`,
    });
    const { candidates, evidence } = job.result;
    // >8
    return seen(job.result, candidates, evidence);
  },
  async v2_too_unsure() {
    const configuration = { rules: given.rules, min_confidence: 1 };
    const file = await upload("invoice");
    const job = await client.classify.run({ file_input: file.id, configuration }, POLL);
    return { echoed: job.configuration.min_confidence, type: job.result.type };
  },
  async v2_total() {
    const page = await client.get("/api/v2/classify", { query: { include_total: true } });
    return page.total_size > 0;
  },
};

const scenarios = {
  async files_total() {
    const ids = [(await upload("recipe")).id, (await upload("recipe")).id];
    const query = { file_ids: ids, page_size: 1, include_total: true };
    return (await client.get("/api/v1/beta/files", { query })).total_size === ids.length;
  },
  ...(client.classifier?.classify ? first : {}),
  ...(client.classify?.run ? second : {}),
};
await printReport(scenarios);
