// The page of one result: draws the document, marks the quoted passages, takes corrections.
import { api, complain, fill, fragment, make, notify, poll, Refused } from "./page.js";

const result = document.getElementById("result");
const { job, item, file, state } = result.dataset;
const texts = JSON.parse(result.dataset.texts);
const evidence = JSON.parse(result.dataset.evidence);
const paper = document.getElementById("paper");
const pages = document.getElementById("pages");
let page = evidence[0]?.page ?? 0;
let view = result.dataset.pictures === "yes" ? "picture" : "text";
let last = Infinity;
let turn = 0;
let pictures = new Map();

/** Ask the API for a part of the page until a worker has made it; null if there is none. */
async function ask(path, options) {
  const mine = turn;
  for (let wait = 250; ; wait = Math.min(wait * 1.4, 2000)) {
    const answer = await api(`/api/v1/files/${file}/pages/${page}/${path}`, { ...options, raw: true });
    if (mine !== turn) throw new Refused("");
    if (answer.status === 200) return answer;
    if (answer.status !== 202) return null;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function show({ fallBack = false, forward = false } = {}) {
  turn += 1;
  const mine = turn;
  paper.replaceChildren(make("p", { className: "quiet", textContent: texts.loading }));
  paper.setAttribute("aria-busy", "true");
  showPages();
  try {
    let content = view === "picture" ? await picture() : await text();
    if (!content && view === "picture" && fallBack) {
      press("text");
      content = await text();
    }
    if (mine !== turn) return;
    if (!content && page > 0 && forward) {
      page -= 1; // the document has no more pages
      last = page;
      return show();
    }
    paper.replaceChildren(content ?? make("p", { className: "quiet", textContent: texts.no_text }));
    paper.querySelector("rect, mark")?.scrollIntoView({ block: "center" });
    // scrollIntoView moves the whole page too, where the document is below the verdict.
    if (!result.dataset.moved) scrollTo(0, 0);
    if (content && last === Infinity) await countPages();
  } catch (error) {
    if (mine === turn) complain(error);
  } finally {
    if (mine === turn) paper.removeAttribute("aria-busy");
  }
}

/** Find out which page is the last one, so that nobody is led beyond it. */
async function countPages() {
  const answer = await ask("text");
  const count = answer && (await answer.json()).page_count;
  if (!count) return;
  last = count - 1;
  pages.querySelector("button:last-child").disabled = page >= last;
}

async function picture() {
  let url = pictures.get(page);
  if (!url) {
    const width = paper.clientWidth * devicePixelRatio > 1000 ? 1600 : 1000;
    const answer = await ask(`picture?width=${width}`);
    if (!answer) return null;
    url = URL.createObjectURL(await answer.blob());
    pictures.set(page, url);
  }
  const image = make("img", { src: url, alt: fill(texts.picture, { page: page + 1 }) });
  await image.decode().catch(() => null);
  const sheet = make("div", { className: "sheet" }, image);
  const quotes = evidence.filter((each) => each.page === page).map((each) => each.quote);
  if (quotes.length) {
    const answer = await ask("marks", { method: "POST", json: { quotes } });
    if (answer) sheet.append(overlay((await answer.json()).quotes));
  }
  return sheet;
}

function overlay(quotes) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", quotes.map((each) => each.quote).join("; "));
  for (const mark of quotes.flatMap((each) => each.marks)) {
    const rect = document.createElementNS(space, "rect");
    rect.setAttribute("x", mark.left);
    rect.setAttribute("y", mark.top);
    rect.setAttribute("width", mark.right - mark.left);
    rect.setAttribute("height", mark.bottom - mark.top);
    svg.append(rect);
  }
  return svg;
}

async function text() {
  const answer = await ask("text");
  if (!answer) return null;
  const content = (await answer.json()).text;
  const block = make("pre", { className: "page-text", dir: "auto" });
  let end = 0;
  for (const [from, to] of places(content)) {
    block.append(content.slice(end, from), make("mark", { textContent: content.slice(from, to) }));
    end = to;
  }
  block.append(content.slice(end));
  return block;
}

/** Find the quotes of this page in its text; their spaces and line breaks may differ. */
function places(content) {
  const found = [];
  for (const { quote } of evidence.filter((each) => each.page === page)) {
    const words = quote.replace(/…$/, "").trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const match = words[0] && new RegExp(words.join("\\s+"), "iu").exec(content);
    if (match) found.push([match.index, match.index + match[0].length]);
  }
  found.sort((a, b) => a[0] - b[0]);
  return found.filter(([from], position) => position === 0 || from >= found[position - 1][1]);
}

function showPages() {
  const go = (step, sign, label) => {
    const button = make("button", { type: "button", className: "small", textContent: sign, title: label });
    button.setAttribute("aria-label", label);
    button.disabled = page + step < 0 || page + step > last;
    button.addEventListener("click", () => {
      page += step;
      result.dataset.moved = "yes";
      show({ forward: step > 0 });
      pages.querySelector(step < 0 ? "button" : "button:last-child").focus();
    });
    return button;
  };
  pages.replaceChildren(
    go(-1, "‹", texts.previous_page),
    make("span", { textContent: fill(texts.page, { page: page + 1 }) }),
    go(1, "›", texts.next_page),
  );
}

function press(name) {
  view = name;
  for (const each of ["picture", "text"]) {
    document.getElementById(`view-${each}`).setAttribute("aria-pressed", String(each === name));
  }
}
for (const each of ["picture", "text"]) {
  document.getElementById(`view-${each}`).addEventListener("click", () => {
    press(each);
    show();
  });
}
press(view);
if (state === "failed") {
  // What cannot be read has no pages; the buttons ask nevertheless.
  paper.replaceChildren(make("p", { className: "quiet", textContent: texts.no_text }));
} else {
  show({ fallBack: true });
}

// The verdict of a file that is still waiting
if (state === "waiting" || state === "running") {
  poll(async () => {
    const rows = await fragment(`/jobs/${job}/rows`);
    const row = rows.querySelector(`#item-${item}`);
    if (!row || row.matches(".done, .failed")) {
      location.reload();
      return false;
    }
    return null;
  }, { first: 500 });
}

document.getElementById("delete-file")?.addEventListener("click", (event) => {
  const button = event.target;
  button.disabled = true;
  notify(texts.deleted_undo, {
    undoText: texts.undo,
    undo: () => { button.disabled = false; },
    done: async () => {
      try {
        await api(`/api/v1/beta/files/${file}`, { method: "DELETE" });
        location.reload();
      } catch (error) {
        button.disabled = false;
        complain(error);
      }
    },
  });
});

// Corrections
const label = document.getElementById("label");
const choice = document.getElementById("label-type");
const other = document.getElementById("label-other");
const noted = document.getElementById("label-state");
const path = `/api/v1/classifier/jobs/${job}/results/${item}/label`;
choice?.addEventListener("change", () => {
  other.hidden = choice.value !== "+";
  if (!other.hidden) other.focus();
});
label?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!choice.value) return choice.focus();
  let type = choice.value === "-" ? null : choice.value;
  if (type === "+") type = other.value.trim();
  if (type === "") return other.focus();
  save(type);
});
label?.querySelector("[data-right]").addEventListener("click", (event) => {
  choice.value = event.target.dataset.right;
  save(choice.value === "-" ? null : choice.value);
});
async function save(type) {
  try {
    await api(path, { method: "PUT", json: { type } });
    const undo = make("button", { type: "button", className: "plain", textContent: texts.undo });
    undo.dataset.removeLabel = "";
    noted.replaceChildren(type === null ? texts.noted_none : fill(texts.noted, { type }), " ", undo);
  } catch (error) {
    complain(error);
  }
}
label?.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-remove-label]")) return;
  try {
    await api(path, { method: "DELETE" });
    choice.value = "";
    noted.textContent = texts.removed;
    choice.focus();
  } catch (error) {
    complain(error);
  }
});
