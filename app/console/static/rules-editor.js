// Rules as one writes them: cards, hints while typing, an undo for each card that goes.
import { fill, make, notify, numbers } from "./page.js";

const TYPE = /^[\p{L}\p{N}_ -]*$/u;
// What `pigeonhole rules lint` says without a model, as far as it can be told in a line each.
const INSTRUCTION =
  /^(?:please |bitte )?(?:(?:classify|categori[sz]e|label|tag|choose|select|assign)\b|(?:use|apply) (?:this|it)\b|if (?:the|this|it)\b|klassifiziere\b|ordne\b|wähle\b|verwende\b|nimm\b|wenn (?:das|es|dies))/iu;
const editor = document.getElementById("editor");
const list = document.getElementById("rule-list");
const texts = JSON.parse(editor.dataset.texts);
const limits = JSON.parse(editor.dataset.limits);

export function readRules() {
  return [...list.children]
    .map((card) => ({
      type: field(card, "type").value.trim(),
      description: field(card, "description").value.trim(),
    }))
    .filter((rule) => rule.type || rule.description);
}

export function showRules(rules) {
  list.replaceChildren();
  for (const rule of rules) add(rule);
  if (!rules.length) add();
  hint();
}

/** Return what keeps the rules from being used, empty if nothing does. Looks at empty cards too. */
export function findProblem() {
  const rules = readRules();
  if (!rules.length) return texts.no_rules;
  if (rules.length > limits.rules) return fill(texts.too_many, { count: numbers.format(limits.rules) });
  hint(true);
  return list.querySelector(".wrong")?.textContent ?? "";
}

function field(card, name) {
  return card.querySelector(`[data-${name}]`);
}

function add(rule = { type: "", description: "" }) {
  const card = document.getElementById("rule-template").content.firstElementChild.cloneNode(true);
  field(card, "type").value = rule.type;
  field(card, "description").value = rule.description;
  list.append(card);
  return card;
}

/** Return a text without case, accents, hyphens and underscores, word by word. */
function words(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

function hint(strict = false) {
  const cards = [...list.children];
  const types = cards.map((card) => field(card, "type").value.trim());
  const names = types.map((type) => words(type).join(" "));
  const descriptions = cards.map((card) => field(card, "description").value.trim().toLowerCase());
  cards.forEach((card, position) => {
    const type = types[position];
    const description = descriptions[position];
    const wrong = [];
    const advice = [];
    if (type || description) {
      if (!type && strict) wrong.push(texts.no_type);
      if (type && (!TYPE.test(type) || !/[\p{L}\p{N}]/u.test(type))) wrong.push(texts.bad_type);
      if (type && types.indexOf(type) !== position) wrong.push(texts.twice);
      else if (names[position] && names.indexOf(names[position]) !== position) advice.push(texts.same_name);
      const repeats = words(description).every((word) => names[position].split(" ").includes(word));
      if (description.length < 10 && (strict || description)) wrong.push(texts.short);
      else if (description && repeats) advice.push(texts.bare);
      else if (description && description.split(/\s+/).length < 4) advice.push(texts.few_words);
      if (INSTRUCTION.test(description)) advice.push(texts.instruction);
      if (description && descriptions.indexOf(description) !== position) advice.push(texts.same);
    }
    const lines = [...wrong, ...advice];
    const box = field(card, "hints");
    if ([...box.children].map((line) => line.textContent).join() !== lines.join()) {
      box.replaceChildren(
        ...lines.map((text, index) =>
          make("li", { textContent: text, className: index < wrong.length ? "wrong" : "" })),
      );
    }
    field(card, "type").setAttribute("aria-invalid", String(wrong.length > 0 && strict));
  });
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
  hint();
  (next ?? list.lastElementChild)?.querySelector("input")?.focus();
  if (!list.children.length) document.getElementById("add-rule").focus();
  notify(texts.removed, { undoText: texts.undo, undo: () => { list.insertBefore(card, next); hint(); } });
});
let timer;
list.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(hint, 400);
});
if (!list.children.length) add();
