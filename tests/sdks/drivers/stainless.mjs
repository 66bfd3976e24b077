// Drives a server with one release of @llamaindex/llama-cloud.
//
// Started in the folder that holds its node_modules. Reads {base_url, api_key, invoice, recipe,
// broken, rules, folder} as JSON from the standard input and prints one JSON object: for each
// scenario what came out, or the exception that ended it. Scenarios of a version of the API that
// this release does not speak are left out.
import { createReadStream, writeFileSync, readFileSync } from "node:fs";
import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { printReport } from "./reporting.mjs";

const require = createRequire(path.join(process.cwd(), "package.json"));
const sdk = await import(
  pathToFileURL(require.resolve("@llamaindex/llama-cloud").replace(/\.js$/, ".mjs")).href
);
const { LlamaCloud, toFile } = sdk;

const UNKNOWN = "00000000-0000-4000-8000-000000000000";
const SECRET = "a secret of the receiver's";
// In seconds. Not `timeout`: the SDK hands it to the requests too, as milliseconds.
const POLL = { pollingInterval: 0.1 };

const given = JSON.parse(readFileSync(0, "utf8"));
const rules = given.rules;
const client = new LlamaCloud({ apiKey: given.api_key, baseURL: given.base_url, maxRetries: 0 });

const uploadAs = async (file) => await client.files.create({ file, purpose: "classify" });
const upload = async (what) =>
  (await uploadAs(await toFile(Buffer.from(given[what]), `${what}.txt`))).id;
const uploadBroken = async () =>
  (await uploadAs(await toFile(Buffer.from(given.broken, "hex"), "broken.pdf"))).id;

function invoicePath() {
  const name = path.join(given.folder, "invoice.txt");
  writeFileSync(name, given.invoice);
  return name;
}

// The first delivery to a webhook's receiver, which `use` is given the URL of.
async function received(use) {
  let keep;
  const arrived = new Promise((resolve) => (keep = resolve));
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      const digest = createHmac("sha256", SECRET).update(body).digest("hex");
      response.writeHead(204).end();
      keep({
        event: JSON.parse(JSON.parse(body.toString())).event_type,
        signed: request.headers["lc-signature"] === `sha256=${digest}`,
      });
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await use(`http://127.0.0.1:${server.address().port}/hook`);
  const found = await arrived;
  server.closeAllConnections();
  server.close();
  return found;
}

const common = {
  async upload_of_every_kind() {
    const data = Buffer.from(given.invoice);
    const kinds = [
      createReadStream(invoicePath()),
      await toFile(data, "n.txt"),
      new File([data], "m.txt"),
      await toFile(data, "l.txt", { type: "text/plain" }),
      await toFile(new Uint8Array(data), "k.txt"),
      await toFile(createReadStream(invoicePath())),
      await toFile(await fetch(`data:text/plain;base64,${data.toString("base64")}`), "j.txt"),
    ];
    const names = [];
    for (const kind of kinds) names.push((await uploadAs(kind)).name);
    return names;
  },
  async found_by_name_and_external_id() {
    const name = `${randomUUID()}.txt`;
    const file = await client.files.create({
      file: await toFile(Buffer.from(given.invoice), name),
      purpose: "classify",
      external_file_id: `ours ${name}`,
    });
    const byName = (await client.files.list({ file_name: name })).items;
    const byExternal = (await client.files.list({ external_file_id: `ours ${name}` })).items;
    const found = {
      by_name: byName.map((each) => each.id === file.id),
      by_external_id: byExternal.map((each) => each.id === file.id),
    };
    if (!client.files.retrieve) return found;
    return { ...found, retrieved: [(await client.files.retrieve(file.id)).name === name] };
  },
  async content() {
    const id = await upload("invoice");
    const link = await (client.files.content ? client.files.content(id) : client.files.get(id));
    return (await (await fetch(link.url)).text()) === given.invoice;
  },
  async list_files() {
    const ids = [await upload("recipe"), await upload("recipe"), await upload("recipe")].sort();
    const listed = [];
    for await (const file of client.files.list({ page_size: 1, file_ids: ids })) listed.push(file.id);
    const queried = (await client.files.query({ filter: { file_ids: ids } })).items;
    return {
      listed: listed.sort().join() === ids.join(),
      queried: queried.map((file) => file.id).sort().join() === ids.join(),
    };
  },
  async deleted_file() {
    const id = await upload("recipe");
    await client.files.delete(id);
    await client.files.delete(id);
    return [];
  },
  async projects() {
    const [first] = await client.projects.list();
    return (await client.projects.get(first.id)).id === first.id;
  },
};

const first = {
  async v1_classify() {
    const file = await uploadAs(createReadStream(invoicePath()));
    const results = await client.classifier.classify(
      { file_ids: [file.id], rules, mode: "FAST" },
      POLL,
    );
    return results.items.map((item) => item.result?.type);
  },
  async v1_job_step_by_step() {
    const ids = [await upload("invoice"), await upload("recipe"), await upload("invoice")];
    ids.push(ids[0]);
    const job = await client.classifier.jobs.create({
      file_ids: ids,
      rules,
      mode: "MULTIMODAL",
      parsing_configuration: { lang: "de", max_pages: 0, target_pages: [0] },
    });
    const done = await client.classifier.jobs.waitForCompletion(job.id, {}, POLL);
    const { items } = await client.classifier.jobs.getResults(job.id);
    return {
      status: [job.status, done.status],
      mode: done.mode,
      rules: done.rules.map((rule) => rule.type).join() === rules.map((rule) => rule.type).join(),
      file_ids: items.map((item) => item.file_id).join() === ids.join(),
      types: items.map((item) => item.result.type),
      reasoned: items.every((item) => item.result.reasoning.length > 0),
    };
  },
  async v1_list_across_pages() {
    const file_ids = [await upload("recipe")];
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push((await client.classifier.jobs.create({ file_ids, rules })).id);
    const listed = [];
    for await (const job of client.classifier.jobs.list({ page_size: 1 })) {
      listed.push(job.id);
      if (listed.length === ids.length) break;
    }
    return listed.join() === ids.reverse().join();
  },
  async v1_broken_file() {
    await client.classifier.classify({ file_ids: [await uploadBroken()], rules }, POLL);
    return [];
  },
  async v1_unknown_job() {
    await client.classifier.jobs.get(UNKNOWN);
    return [];
  },
  async v1_unknown_file() {
    await client.classifier.jobs.create({ file_ids: [UNKNOWN], rules });
    return [];
  },
  async v1_webhook() {
    return await received(async (webhook_url) => {
      await client.classifier.jobs.create({
        file_ids: [await upload("invoice")],
        rules,
        webhook_configurations: [{ webhook_url, webhook_signing_secret: SECRET }],
      });
    });
  },
};

const create = async (what, options = {}) => await createFor(await upload(what), options);
const createFor = async (file_input, options = {}) =>
  await client.classify.create({ file_input, configuration: { rules }, ...options });

async function wait(id) {
  try {
    return await client.classify.waitForCompletion(id, {}, POLL);
  } catch (error) {
    if (error.constructor.name !== "PollingError") throw error;
    return await client.classify.get(id);
  }
}

const second = {
  async v2_classify() {
    const file = await uploadAs(createReadStream(invoicePath()));
    const job = await client.classify.run({ file_input: file.id, configuration: { rules } }, POLL);
    return job.result.type;
  },
  async v2_job_step_by_step() {
    const done = await wait((await create("recipe")).id);
    return {
      status: done.status,
      type: done.result.type,
      reasoned: done.result.reasoning.length > 0,
      rules: done.configuration.rules.length === rules.length,
    };
  },
  async v2_list_across_pages() {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push((await create("recipe")).id);
    const listed = [];
    for await (const job of client.classify.list({ page_size: 1, job_ids: ids })) listed.push(job.id);
    return listed.join() === ids.reverse().join();
  },
  async v2_same_transaction() {
    const options = { transaction_id: "once" };
    return (await create("recipe", options)).id === (await create("recipe", options)).id;
  },
  async v2_cancel() {
    const { id } = await create("recipe");
    // A quick worker may have done it before.
    return await client.classify.cancel(id).then((job) => job.status, (error) => error.status);
  },
  async v2_unknown_job() {
    await client.classify.get(UNKNOWN);
    return [];
  },
  async v2_broken_file() {
    const job = await wait((await createFor(await uploadBroken())).id);
    return { status: job.status, says_why: Boolean(job.error_message) };
  },
  async v2_webhook() {
    return await received(async (webhook_url) => {
      await create("invoice", {
        webhook_configurations: [{ webhook_url, webhook_signing_secret: SECRET }],
      });
    });
  },
};

const scenarios = {
  ...common,
  ...(client.classifier?.classify ? first : {}),
  ...(client.classify?.run ? second : {}),
};
await printReport(scenarios);
