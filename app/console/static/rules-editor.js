// Rules as one writes them: cards, hints while typing, an undo for each card that goes.
import { fill, make, notify, numbers } from "./page.js";
import { explain, findHints } from "./rules-hints.js";

const TYPE = /^[\p{L}\p{N}_ -]*$/u;
const MIN_DESCRIPTION = 10;
const editor = document.getElementById("editor");
const list = document.getElementById("rule-list");
const texts = JSON.parse(editor.dataset.texts);
const limits = JSON.parse(editor.dataset.limits);
/** What a worker found: the lines of `explain` by card. */
let found = new Map();
let changes = 0;
let isLooking = false;

export function readRules() {
  return [...list.children]
    .map(ruleOf)
    .filter((rule) => rule.type || rule.description);
}

export function showRules(rules) {
  list.replaceChildren();
  for (const rule of rules) add(rule);
  if (!rules.length) add();
  changed();
}

/** Return what keeps the rules from being used, empty if nothing does. Looks at empty cards too. */
export function findProblem() {
  const rules = readRules();
  if (!rules.length) return texts.no_rules;
  if (rules.length > limits.rules) return fill(texts.too_many, { count: numbers.format(limits.rules) });
  hint(true);
  return list.querySelector(".wrong")?.textContent ?? "";
}

/** Lead to the field whose problem `findProblem` returned, if it is one of a field. */
export function focusProblem() {
  list.querySelector("[aria-invalid=true]")?.focus();
}

/** Return the rule of a card, with the examples that it came with: the card shows none of them. */
function ruleOf(card) {
  const examples = JSON.parse(card.dataset.examples);
  return { ...textsOf(card), ...(examples?.length ? { examples } : {}) };
}

function textsOf(card) {
  return {
    type: field(card, "type").value.trim(),
    description: field(card, "description").value.trim(),
  };
}

function field(card, name) {
  return card.querySelector(`[data-${name}]`);
}

function add(rule = { type: "", description: "" }) {
  const card = document.getElementById("rule-template").content.firstElementChild.cloneNode(true);
  field(card, "type").value = rule.type;
  field(card, "description").value = rule.description;
  card.dataset.examples = JSON.stringify(rule.examples ?? null);
  list.append(card);
  return card;
}

function hint(strict = false) {
  const rules = [...list.children].map(textsOf);
  [...list.children].forEach((card, position) => {
    const wrong = findFaults(rules, position, strict);
    const lines = [
      ...wrong.map(({ text }) => ({ text, name: "wrong" })),
      ...(found.get(card) ?? []).map(({ text, isWarning }) => ({ text, name: isWarning ? "" : "note" })),
    ];
    const box = field(card, "hints");
    if ([...box.children].map((line) => line.textContent).join() !== lines.map((line) => line.text).join()) {
      box.replaceChildren(...lines.map(({ text, name }) => make("li", { textContent: text, className: name })));
    }
    for (const name of ["type", "description"]) {
      const isWrong = strict && wrong.some((fault) => fault.name === name);
      field(card, name).setAttribute("aria-invalid", String(isWrong));
    }
  });
}

/** Return what the API would refuse about the fields of a rule; `strict` also says what is not there yet. */
function findFaults(rules, position, strict = true) {
  const { type, description } = rules[position];
  const faults = [];
  if (!type && !description) return faults;
  const wrong = (name, text) => faults.push({ name, text });
  if (!type && strict) wrong("type", texts.no_type);
  if (type && (!TYPE.test(type) || !/[\p{L}\p{N}]/u.test(type))) wrong("type", texts.bad_type);
  if (type && rules.findIndex((rule) => rule.type === type) !== position) wrong("type", texts.twice);
  if (description.length < MIN_DESCRIPTION && (strict || description)) wrong("description", texts.short);
  return faults;
}

function changed() {
  changes += 1;
  hint();
  look();
}

/** Have a worker look at the rules that are complete, again when they change meanwhile. */
async function look() {
  if (isLooking) return;
  isLooking = true;
  for (let seen = -1; seen !== changes;) {
    seen = changes;
    const rules = [...list.children].map(textsOf);
    const cards = [...list.children].filter(
      (_, position) => rules[position].type && !findFaults(rules, position).length,
    );
    const complete = cards.map(textsOf);
    const hints = complete.length && complete.length <= limits.rules
      ? await findHints(complete, () => seen !== changes)
      : [];
    if (seen !== changes) continue;
    const lines = explain(hints, complete.map((rule) => rule.type), texts);
    found = new Map(cards.map((card, position) => [card, lines[position]]));
    hint();
  }
  isLooking = false;
}

document.getElementById("add-rule").addEventListener("click", () => {
  field(add(), "type").focus();
});
list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  const card = button.closest("[data-rule]");
  const next = card.nextElementSibling;
  card.remove();
  changed();
  (next ?? list.lastElementChild)?.querySelector("input")?.focus();
  if (!list.children.length) document.getElementById("add-rule").focus();
  notify(texts.removed, { undoText: texts.undo, undo: () => { list.insertBefore(card, next); changed(); } });
});
let timer;
list.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(changed, 400);
});
if (list.children.length) changed();
else add();
