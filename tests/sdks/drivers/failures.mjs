// Drives one release of @llamaindex/llama-cloud to its limits.
//
// Started in the folder that holds its node_modules. Reads {base_url, api_key, limited_key, relay,
// invoice, rules} as JSON from the standard input and prints one JSON object: for each scenario what
// came out, or the exception that ended it. `relay` is a gateway that loses answers
// (tests/sdks/relay.py); `limited_key` may send 60 requests a minute.
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { printReport } from "./reporting.mjs";

const require = createRequire(path.join(process.cwd(), "package.json"));
const { LlamaCloud, toFile } = await import(
  pathToFileURL(require.resolve("@llamaindex/llama-cloud").replace(/\.js$/, ".mjs")).href
);

const UNKNOWN = "00000000-0000-4000-8000-000000000000";
const TOO_LARGE = Buffer.alloc(400_000);
const AT_ONCE = { pollingInterval: 0.001, timeout: 0.001 };

const given = JSON.parse(readFileSync(0, "utf8"));
const rules = given.rules;
const refused = [{ type: "a/b", description: "too short" }];
const connect = (baseURL, apiKey, options = {}) => new LlamaCloud({ baseURL, apiKey, ...options });
const client = connect(given.base_url, given.api_key, { maxRetries: 0 });

// It sees no job end, however slow it is to look.
const pending = connect(`${given.relay}/pending/${randomUUID()}`, given.api_key);

const uploadTo = async (server, data = Buffer.from(given.invoice)) =>
  (await server.files.create({ file: await toFile(data, "i.txt"), purpose: "classify" })).id;

// Sends requests until one is refused.
async function useUp() {
  const limited = connect(given.base_url, given.limited_key, { maxRetries: 0 });
  for (let n = 0; n < 200; n++) await limited.projects.list();
}

// Both versions: how a job is created, and which jobs have exactly this type.
const jobs = {
  async v1(server, file_id, ours) {
    const job = await server.classifier.jobs.create({ file_ids: [file_id], rules: ours });
    const page = await server.classifier.jobs.list({ page_size: 50 });
    return { job, there: page.items.filter((each) => each.rules[0].type === ours[0].type) };
  },
  async v2(server, file_input, ours) {
    const job = await server.classify.create({ file_input, configuration: { rules: ours } });
    const page = await server.classify.list({ page_size: 50 });
    const isOurs = (each) => each.configuration.rules[0].type === ours[0].type;
    return { job, there: page.items.filter(isOurs) };
  },
};

const summary = ({ job, there }) => ({
  jobs: there.length,
  is_it: there.length === 1 && there[0].id === job.id,
});

// Creates a job through a gateway that loses the first answer; tells what there is then.
async function retried(version, trouble) {
  const name = randomUUID();
  const address = `${given.relay}/${trouble}/${name}`;
  const server = connect(address, given.api_key);
  const made = await jobs[version](server, await uploadTo(server), [{ ...rules[0], type: name }]);
  const posts = await (await fetch(`${address}/posts`)).json();
  return {
    posts: posts.length,
    waited: trouble === "unavailable" ? posts[1] >= 1 : true,
    ...summary(made),
  };
}

async function retriedAfterTooMany(version) {
  const server = connect(given.base_url, given.limited_key);
  const id = await uploadTo(server);
  await useUp().catch(() => {});
  return summary(await jobs[version](server, id, [{ ...rules[0], type: randomUUID() }]));
}

const common = {
  too_large: () => uploadTo(client, TOO_LARGE),
  wrong_key: () => connect(given.base_url, "llx-wrong", { maxRetries: 0 }).projects.list(),
  unknown_file: () => client.files.delete(UNKNOWN),
  no_content_of_an_unknown_file: () =>
    client.files.content ? client.files.content(UNKNOWN) : client.files.get(UNKNOWN),
  too_often: useUp,
  async address_and_key_from_the_environment() {
    process.env.LLAMA_CLOUD_BASE_URL = given.base_url;
    process.env.LLAMA_CLOUD_API_KEY = given.api_key;
    return (await new LlamaCloud().projects.list()).length > 0;
  },
  async base_url_with_a_slash() {
    return (await connect(`${given.base_url}/`, given.api_key).projects.list()).length > 0;
  },
};

const first = {
  v1_lost_answer: () => retried("v1", "unavailable"),
  v1_lost_connection: () => retried("v1", "closed"),
  v1_after_too_many: () => retriedAfterTooMany("v1"),
  v1_refused_rule: async () => await jobs.v1(client, await uploadTo(client), refused),
  async v1_polling_timeout() {
    const file_ids = [await uploadTo(client)];
    const job = await client.classifier.jobs.create({ file_ids, rules });
    const wait = pending.classifier.jobs.waitForCompletion(job.id, {}, AT_ONCE);
    return await wait.then(() => "no exception", (error) => error.name);
  },
  async v1_deleted_file_of_a_job() {
    const id = await uploadTo(client);
    await client.files.delete(id);
    await jobs.v1(client, id, rules);
  },
};

const second = {
  v2_lost_answer: () => retried("v2", "unavailable"),
  v2_lost_connection: () => retried("v2", "closed"),
  v2_after_too_many: () => retriedAfterTooMany("v2"),
  v2_refused_rule: async () => await jobs.v2(client, await uploadTo(client), refused),
  async v2_polling_timeout() {
    const file_input = await uploadTo(client);
    const run = pending.classify.run({ file_input, configuration: { rules } }, AT_ONCE);
    return await run.then(() => "no exception", (error) => error.name);
  },
};

const scenarios = {
  ...common,
  ...(client.classifier?.classify ? first : {}),
  ...(client.classify?.run ? second : {}),
};
await printReport(scenarios);
