// Drives a server with llama-cloud-services for Node: its one call, classify, and the functions of
// its older generated client.
//
// Started in the folder that holds its node_modules. Reads {base_url, api_key, limited_key, relay,
// invoice, recipe, broken, rules, folder} as JSON from the standard input and prints one JSON
// object: for each scenario what came out, or the exception that ended it. What the guide shows
// stands between scissors, word for word.
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { printReport } from "./reporting.mjs";

const folder = path.join(process.cwd(), "node_modules/llama-cloud-services");
const load = async (entry) => await import(pathToFileURL(path.join(folder, entry)).href);
const { LlamaClassify } = await load("dist/index.js");
const api = await load("api/dist/index.js");
const {
  client,
  createClassifyJobApiV1ClassifierJobsPost,
  getClassificationJobResultsApiV1ClassifierJobsClassifyJobIdResultsGet,
} = api;

// The SDK tells on the standard output what it does; that is kept for the report.
const said = [];
console.log = (...words) => {
  said.push(words.join(" "));
  console.error(...words);
};

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

const UNKNOWN = "00000000-0000-4000-8000-000000000000";
const TOO_LARGE = Buffer.alloc(400_000);
const REFUSED = [{ type: "a/b", description: "no" }];
const invoice = Buffer.from(given.invoice);

const uploaded = async () =>
  (await api.uploadFileApiV1FilesPost({ body: { upload_file: new File([invoice], "i.txt") } })).data
    .id;
const getJob = async (classify_job_id) =>
  await api.getClassifyJobApiV1ClassifierJobsClassifyJobIdGet({ path: { classify_job_id } });
async function ended(id) {
  while ((await getJob(id)).data.status === "PENDING");
}
const refusal = ({ response, error }) => ({ status: response.status, detail: error.detail });

// What a job made by LlamaClassify says on the standard output when it is refused.
async function saidBy(run) {
  said.length = 0;
  await run().catch(() => {});
  return said.join("\n");
}
const scenarios = {
  path: () => classify({ filePaths: [invoicePath()] }),
  buffer: () => classify({ fileContents: [invoice] }),
  bytes: () => classify({ fileContents: [new Uint8Array(invoice)] }),
  text: () => classify({ fileContents: [given.recipe] }),
  file: () => classify({ fileContents: [new File([given.recipe], "pancakes.txt")] }),
  several: () => classify({ fileContents: [given.recipe, given.invoice, given.recipe] }),
  wrong_key: () => classify({ fileContents: [given.recipe] }, "llx-wrong"),
  refused_rule: () => classify({ fileContents: [given.recipe] }, given.api_key, REFUSED),
  too_large: () => classify({ fileContents: [TOO_LARGE] }),
  // Through a gateway that tells of no job's end, however slow this is to look.
  polling_timeout: () =>
    new LlamaClassify(given.api_key, `${given.relay}/pending/${randomUUID()}`).classify(
      given.rules,
      { lang: "en" },
      { ...FAST, fileContents: [invoice], pollingInterval: 0, maxPollingIterations: 0 },
    ),
  broken_file: () => classify({ fileContents: [Buffer.from(given.broken, "hex")] }),
  why_a_rule_is_refused: () =>
    saidBy(() => classify({ fileContents: [given.recipe] }, given.api_key, REFUSED)),
  async lost_answer() {
    const address = `${given.relay}/unavailable/${randomUUID()}`;
    const rules = [{ ...given.rules[0], type: randomUUID() }];
    const classifier = new LlamaClassify(given.api_key, address);
    const input = { fileContents: [invoice], ...FAST };
    await classifier.classify(rules, { lang: "en" }, input);
    const posts = await (await fetch(`${address}/posts`)).json();
    const page = await api.listClassifyJobsApiV1ClassifierJobsGet({ query: { page_size: 50 } });
    const there = page.data.items.filter((job) => job.rules[0].type === rules[0].type);
    return { posts: posts.length, jobs: there.length };
  },
  async address_and_key() {
    process.env.LLAMA_CLOUD_API_KEY = given.api_key;
    const classifier = new LlamaClassify(undefined, given.base_url);
    const input = { fileContents: [invoice], ...FAST };
    const results = await classifier.classify(given.rules, { lang: "en" }, input);
    return results.items[0].result.type;
  },
  async with_examples() {
    const fileContents = [invoice];
    const { base_url, api_key } = given;
    const example = { id: await uploaded() };
    // 8< examples, candidates and evidence by LlamaClassify
    const rules = [
      {
        type: "invoice",
        description: "A supplier's bill with line items and a total to pay.",
        examples: [{ file_id: example.id }, { text: "INVOICE No. 7 ..." }],
      },
      { type: "recipe", description: "Cooking instructions with their ingredients." },
    ];
    const classifier = new LlamaClassify(api_key, base_url);
    const results = await classifier.classify(rules, { lang: "en" }, { fileContents });
    const { candidates, evidence, reasoning } = results.items[0].result;
    // >8
    return {
      compared: reasoning.includes("2 examples of yours"),
      candidates: candidates.map((candidate) => candidate.type),
      evidence: evidence.map((each) => Object.keys(each).sort()),
    };
  },
  async by_generated_functions() {
    const { base_url, api_key, rules } = given;
    const file_id = await uploaded();
    const key = randomUUID();
    // 8< everything else by the generated functions
    client.setConfig({ baseUrl: base_url, headers: { Authorization: `Bearer ${api_key}` } });
    const { data: job } = await createClassifyJobApiV1ClassifierJobsPost({
      body: { file_ids: [file_id], rules, min_confidence: 0.5 },
      headers: { "Idempotency-Key": key },
    });
    // >8
    const { data: again } = await createClassifyJobApiV1ClassifierJobsPost({
      body: { file_ids: [file_id], rules, min_confidence: 0.5 },
      headers: { "Idempotency-Key": key },
    });
    await ended(job.id);
    const path = { classify_job_id: job.id };
    const results =
      await getClassificationJobResultsApiV1ClassifierJobsClassifyJobIdResultsGet({ path });
    const page = await api.listClassifyJobsApiV1ClassifierJobsGet({
      query: { page_size: 1, include_total: true },
    });
    const deleted = await client.delete({ url: `/api/v1/classifier/jobs/${job.id}` });
    return {
      same: again.id === job.id,
      echoed: job.min_confidence,
      types: results.data.items.map((item) => item.result.type),
      candidates: results.data.items[0].result.candidates.length,
      total: page.data.total_size > 0,
      deleted: deleted.response.status,
      gone: (await getJob(job.id)).response.status,
    };
  },
  async listed_across_pages() {
    const body = { file_ids: [await uploaded()], rules: given.rules };
    const ids = [];
    for (let n = 0; n < 3; n++) {
      ids.push((await createClassifyJobApiV1ClassifierJobsPost({ body })).data.id);
    }
    const listed = [];
    let page_token;
    while (listed.length < ids.length) {
      const query = { page_size: 2, page_token };
      const { data } = await api.listClassifyJobsApiV1ClassifierJobsGet({ query });
      listed.push(...data.items.map((job) => job.id));
      page_token = data.next_page_token;
    }
    return listed.slice(0, 3).join() === ids.reverse().join();
  },
  async deleted_file() {
    const id = await uploaded();
    const once = await api.deleteFileApiV1FilesIdDelete({ path: { id } });
    const twice = await api.deleteFileApiV1FilesIdDelete({ path: { id } });
    return [once.response.status, twice.response.status];
  },
  async webhook() {
    // No server listens there; other tests check the requests.
    const webhook_configurations = [{ webhook_url: "http://127.0.0.1:9/hook" }];
    const body = { file_ids: [await uploaded()], rules: given.rules, webhook_configurations };
    const { data: job } = await createClassifyJobApiV1ClassifierJobsPost({ body });
    await ended(job.id);
    const log = await client.get({ url: `/api/v1/classifier/jobs/${job.id}/webhooks` });
    return log.data.items.map((each) => each.event_type);
  },
  async unknown_job() {
    return refusal(await getJob(UNKNOWN));
  },
  async unknown_file() {
    const body = { file_ids: [UNKNOWN], rules: given.rules };
    return refusal(await createClassifyJobApiV1ClassifierJobsPost({ body }));
  },
  async too_often() {
    const headers = { Authorization: `Bearer ${given.limited_key}` };
    for (let n = 0; n < 200; n++) {
      const answer = await api.listClassifyJobsApiV1ClassifierJobsGet({ headers });
      if (!answer.response.ok) return refusal(answer);
    }
    return "never refused";
  },
};

client.setConfig({
  baseUrl: given.base_url,
  headers: { Authorization: `Bearer ${given.api_key}` },
});

await printReport(scenarios);
