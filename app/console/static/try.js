// The first page: uploads files while one writes rules, starts a job, shows verdicts as they come.
import { keepDraft, takeDraft } from "./draft.js";
import { showLanguages } from "./languages.js";
import { api, base, complain, fill, make, notify, numbers } from "./page.js";
import { findProblem, focusProblem, readRules, showRules } from "./rules-editor.js";
import { saveRules } from "./saving.js";
import { follow, merge, showProgress } from "./rows.js";

const PARALLEL = 4;
// Between folders and names. The server keeps of a path what follows its last slash.
const FOLDER = " › ";
// What systems and Office leave in folders.
const HIDDEN = /^(\.|~\$|(desktop\.ini|(eh)?thumbs\.db)$)/i;
const page = document.getElementById("try");
const texts = JSON.parse(page.dataset.texts);
const limits = JSON.parse(document.getElementById("editor").dataset.limits);
const given = JSON.parse(page.dataset.given);
const chosen = document.getElementById("chosen");
const runState = document.getElementById("run-state");
const runButton = document.getElementById("run");
/** @type {{id: ?string, name: string, file: ?File, row: HTMLElement, state: string}[]} */
let files = [];
let uploads = 0;
let waiting = [];
let before = null;
/** The job whose verdicts the table has. */
let shown = null;

function say(text, wrong = false) {
  runState.textContent = text;
  runState.className = wrong ? "wrong" : "quiet";
}

function count() {
  document.getElementById("chosen-head").hidden = files.length === 0;
  document.getElementById("chosen-count").textContent =
    files.length === 1 ? texts.count_one : fill(texts.count, { count: numbers.format(files.length) });
}

function addFile({ id = null, name, file = null, isGone = false }) {
  if (id && files.some((each) => each.id === id)) return;
  const state = make("span", { className: "file-state", textContent: id ? "" : texts.uploading });
  const remove = make("button", { type: "button", className: "plain icon", textContent: "×", title: texts.remove });
  remove.setAttribute("aria-label", `${texts.remove}: ${name}`);
  const row = make("li", {}, make("bdi", { textContent: name, dir: "auto" }), state, remove);
  const entry = { id, name, file, row, state: id ? "ready" : "waiting" };
  remove.addEventListener("click", () => {
    files = files.filter((each) => each !== entry);
    waiting = waiting.filter((each) => each !== entry);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    const box = document.querySelector(`#uploaded input[value="${entry.id}"]`);
    if (box) box.checked = false;
    count();
    (next?.querySelector("button") ?? document.querySelector("label[for=pick]")).focus();
  });
  files.push(entry);
  chosen.append(row);
  if (isGone) {
    entry.id = null;
    fail(entry, texts.gone, "gone");
  } else if (file) {
    if (file.size > limits.bytes) fail(entry, texts.too_large, "too large");
    else waiting.push(entry);
  }
}

/** Add files, each as `{ file, folders }`. Their names keep the folders, which tell "Scan 1.pdf" apart. */
function addFiles(list) {
  const shown = [...list].filter(({ file, folders }) => ![...folders, file.name].some((part) => HIDDEN.test(part)));
  for (const { file, folders } of shown) addFile({ name: [...folders, file.name].join(FOLDER), file });
  count();
  say(shown.length ? "" : texts.empty_folder, !shown.length);
  upload();
}

function fail(entry, text, state = "failed") {
  entry.state = state;
  entry.row.classList.add("failed");
  entry.row.querySelector(".file-state").textContent = text;
}

function upload() {
  while (uploads < PARALLEL && waiting.length) {
    const entry = waiting.shift();
    uploads += 1;
    send(entry).finally(() => {
      uploads -= 1;
      upload();
    });
  }
}

async function send(entry) {
  const form = new FormData();
  form.append("purpose", "classify");
  form.append("file", entry.file, entry.name);
  // A key may have a number of uploads a minute: those of a large folder wait for it.
  while (files.includes(entry)) {
    try {
      const answer = await api("/api/v1/beta/files", { method: "POST", form });
      entry.id = answer.id;
      entry.state = "ready";
      entry.row.classList.remove("failed");
      entry.row.querySelector(".file-state").textContent = texts.ready;
      return;
    } catch (error) {
      if (!error.retrySeconds) return fail(entry, error.message || texts.failed);
      await new Promise((resolve) => setTimeout(resolve, error.retrySeconds * 1000));
    }
  }
  entry.state = "failed"; // taken off the list; who puts it back uploads it again
}

/** Upload what is left, also what failed before, and say how far it is. */
async function uploadAll() {
  for (const entry of files.filter((each) => each.state === "failed")) {
    entry.state = "waiting";
    waiting.push(entry);
  }
  upload();
  while (uploads || waiting.length) {
    const done = files.filter((each) => each.id).length;
    say(fill(texts.uploading_count, { done: numbers.format(done), total: numbers.format(files.length) }));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  say("");
}

// Files
const drop = document.getElementById("drop");
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  addFiles(await filesOf(event.dataTransfer));
});
for (const id of ["pick", "pick-folder"]) {
  const input = document.getElementById(id);
  input.addEventListener("change", () => {
    addFiles([...input.files].map((file) => ({ file, folders: file.webkitRelativePath.split("/").slice(1, -1) })));
    input.value = "";
  });
}

async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files].map((file) => ({ file, folders: [] }));
  const found = [];
  // The name of the only folder tells nothing apart.
  const isOne = entries.length === 1;
  for (const entry of entries) await walk(entry, isOne ? 1 : 0, found);
  return found;
}

async function walk(entry, left, found) {
  if (entry.isFile) {
    const folders = entry.fullPath.split("/").slice(1 + left, -1);
    found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), folders });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) return;
    for (const each of part) await walk(each, left, found);
  }
}

document.getElementById("uploaded")?.addEventListener("change", (event) => {
  const box = event.target;
  if (box.checked) addFile({ id: box.value, name: box.dataset.name });
  else files.find((each) => each.id === box.value)?.row.querySelector("button").click();
  count();
});
document.getElementById("find-file")?.addEventListener("input", (event) => {
  const part = event.target.value.trim().toLowerCase();
  for (const line of document.getElementById("uploaded").children) {
    line.hidden = !line.textContent.toLowerCase().includes(part);
  }
});
document.getElementById("clear").addEventListener("click", () => {
  const [old, oldWaiting] = [files, waiting];
  const clear = (entries) => {
    files = entries;
    chosen.replaceChildren(...entries.map((each) => each.row));
    count();
  };
  waiting = [];
  clear([]);
  notify(texts.cleared, { undoText: texts.undo, undo: () => {
    clear([...old, ...files]);
    waiting.push(...oldWaiting);
    upload();
  } });
  document.getElementById("pick").focus();
});

// Rules
const set = document.getElementById("rule-set");
/** The rules that stood in the editor before a set took their place. */
let ownRules = null;
/** The version of saved rules that one began with. */
let version = null;
set.addEventListener("change", async () => {
  const option = set.selectedOptions[0];
  if (!option.value) {
    showRules(ownRules ?? []);
    ownRules = null;
    return;
  }
  ownRules ??= readRules();
  if (option.dataset.rules) {
    showRules(JSON.parse(option.dataset.rules).map(([type, description]) => ({ type, description })));
  } else {
    await useSaved(option.value.slice(6)).catch(complain);
  }
});

async function useSaved(id) {
  const saved = await api(`/api/v1/beta/configurations/${id}`);
  showRules(saved.parameters.rules);
  document.getElementById("rules-name").value = saved.name;
  version = saved.version;
  const { parsing_configuration: { max_pages, lang }, min_confidence, learn } = saved.parameters;
  // The answer names this language also where none was saved.
  const parsing = { max_pages, lang: lang === "en" ? "" : lang };
  showOptions({ parsing_configuration: parsing, min_confidence, learn });
}

document.getElementById("save-rules").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = document.getElementById("rules-name").value.trim();
  const problem = findProblem() || (name ? "" : texts.name_first);
  if (problem) return notify(problem);
  const { parsing_configuration: { lang, max_pages }, min_confidence, learn } = readOptions();
  const parsing = { max_pages: max_pages || null, ...(lang ? { lang } : {}) };
  const parameters = {
    product_type: "classify_v2", rules: readRules(), parsing_configuration: parsing, min_confidence, learn,
  };
  try {
    version = (await saveRules({ known: version, name, parameters, texts })).version;
    notify(fill(texts.saved, { name }));
  } catch (error) {
    complain(error);
  }
});

// Options
const mode = document.getElementById("mode");
const language = document.getElementById("language");
const maxPages = document.getElementById("max-pages");
const minConfidence = document.getElementById("min-confidence");
/** What only programs choose; a job with changed rules is told the same. */
let unseen = { target_pages: null, learn: null };
maxPages.addEventListener("input", () => { unseen.target_pages = null; });

/** Return what a job is told beside its files and rules, as the API takes it. */
function readOptions() {
  const least = Number(minConfidence.value);
  const parsing = { max_pages: Number(maxPages.value) || 0, target_pages: unseen.target_pages };
  if (language.value) parsing.lang = language.value;
  return {
    mode: mode.value,
    parsing_configuration: parsing,
    min_confidence: least ? Math.min(least, 100) / 100 : null,
    learn: unseen.learn,
  };
}

/** Show the options of a job or of saved rules, open where they are not the usual ones. */
function showOptions(options) {
  const { max_pages, target_pages = null, lang = "" } = options.parsing_configuration;
  mode.value = options.mode ?? "FAST";
  language.value = lang;
  maxPages.value = max_pages ?? 0;
  minConfidence.value = options.min_confidence ? Math.round(options.min_confidence * 1000) / 10 : "";
  unseen = { target_pages, learn: options.learn };
  document.getElementById("options").open =
    mode.value !== "FAST" || language.value !== "" || maxPages.value !== maxPages.defaultValue || minConfidence.value !== "";
}

// What was wrong may be right now.
for (const kind of ["input", "change"]) {
  document.getElementById("try").addEventListener(kind, () => runButton.disabled || say(""));
}

// Run
runButton.addEventListener("click", async () => {
  if (!files.length) return say(texts.no_files, true);
  const problem = findProblem();
  if (problem) {
    focusProblem();
    return say(problem, true);
  }
  runButton.disabled = true;
  try {
    await uploadAll();
    await run();
  } catch (error) {
    say(error.message, true);
  } finally {
    runButton.disabled = false;
  }
});

async function run() {
  const ids = files.filter((each) => each.id).map((each) => each.id);
  const left = files.length - ids.length;
  if (!ids.length) return say(texts.none_uploaded, true);
  if (ids.length > limits.files) {
    return say(fill(texts.too_many, { count: numbers.format(limits.files) }), true);
  }
  const job = await api("/api/v1/classifier/jobs", {
    method: "POST",
    json: {
      file_ids: ids,
      rules: readRules(),
      ...readOptions(),
    },
  });
  showJob(job.id, ids.length);
  if (left) say(left === 1 ? texts.left_out_one : fill(texts.left_out, { count: numbers.format(left) }), true);
}

/** Follow a job in the table, and move to it unless one has come to change its rules. */
function showJob(id, total, { isMoved = true } = {}) {
  const tbody = document.querySelector("#items tbody");
  const old = new Map([...tbody.rows].map((row) => [row.dataset.file, row.dataset.type]));
  tbody.replaceChildren();
  document.getElementById("verdicts").hidden = false;
  document.getElementById("open-job").href = `${base}/jobs/${id}`;
  const compare = document.getElementById("open-compare");
  compare.hidden = before === null;
  compare.href = `${base}/compare?a=${before}&b=${id}`;
  // Who opens a file and comes back finds the documents, the rules and the verdicts again.
  history.replaceState({ job: id, before }, "", `?job=${id}`);
  before = id;
  shown = id;
  showProgress({ status: "PENDING", ended: 0, count: total, text: "" });
  let first = isMoved;
  const update = (rows) => {
    if (shown !== id) return;
    for (const row of rows) {
      const was = old.get(row.dataset.file);
      if (row.classList.contains("done") && was && !was.startsWith("!") && was !== row.dataset.type) {
        row.classList.add("changed");
        row.querySelector(".cell-type").append(
          make("span", { className: "was", textContent: fill(texts.was, { type: was === "-" ? texts.none : was }) }));
      }
    }
    merge(tbody, rows);
  };
  const show = (state) => {
    if (shown !== id) return;
    showProgress(state);
    if (first) document.getElementById("verdicts").scrollIntoView({ block: "start" });
    first = false;
  };
  return follow(id, "", tbody, { update, show });
}

showLanguages(document);

// Begin with what was typed before, or with what the address names
const query = new URLSearchParams(location.search);
const draft = takeDraft({ always: !location.search });
if (draft) showRules(draft.rules);
const options = draft?.options ?? given.options;
if (options) showOptions(options);
for (const file of draft?.files ?? given.files) addFile(file);
count();
keepDraft(() => ({
  rules: readRules(),
  options: readOptions(),
  files: files.filter((each) => each.id).map(({ id, name }) => ({ id, name })),
}), draft !== null);
if (given.job) {
  const isBack = history.state?.job === given.job;
  before = isBack ? history.state.before : null;
  showJob(given.job, given.files.length, { isMoved: isBack });
}
if (query.has("rules") && !draft) useSaved(query.get("rules")).catch(complain);
