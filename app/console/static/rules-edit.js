// Saves and deletes rules; shows them as YAML and as code.
import { api, base, complain, fill, notify } from "./page.js";
import { keepDraft, takeDraft } from "./draft.js";
import { findProblem, focusProblem, readRules, showRules } from "./rules-editor.js";
import { saveRules } from "./saving.js";

const form = document.getElementById("rules-form");
const texts = JSON.parse(form.dataset.texts);
const given = JSON.parse(form.dataset.parameters);
const id = form.dataset.id;

document.getElementById("save").addEventListener("click", async () => {
  const name = document.getElementById("rules-name").value.trim();
  const problem = findProblem() || (name ? "" : texts.name_first);
  if (problem) {
    focusProblem();
    return notify(problem);
  }
  const parameters = { ...given, product_type: "classify_v2", rules: readRules() };
  try {
    const saved = await saveRules({ id, known: form.dataset.version, name, parameters, texts });
    sessionStorage.setItem("pigeonhole-notice", fill(texts.saved, { name: saved.name }));
    location.assign(`${base}/rules/${saved.id}`);
  } catch (error) {
    complain(error);
  }
});

const draft = takeDraft();
if (draft) {
  document.getElementById("rules-name").value = draft.name;
  showRules(draft.rules);
}
keepDraft(
  () => ({ name: document.getElementById("rules-name").value, rules: readRules() }),
  draft !== null,
);

const notice = sessionStorage.getItem("pigeonhole-notice");
if (notice) {
  sessionStorage.removeItem("pigeonhole-notice");
  notify(notice);
}

document.getElementById("delete-rules")?.addEventListener("click", (event) => {
  const button = event.target;
  button.disabled = true;
  notify(texts.deleted, {
    undoText: texts.undo,
    undo: () => { button.disabled = false; },
    done: async () => {
      try {
        await api(`/api/v1/beta/configurations/${id}`, { method: "DELETE" });
        location.assign(`${base}/rules`);
      } catch (error) {
        complain(error);
      }
    },
  });
});

const tabs = [...document.querySelectorAll('[role="tab"]')];
function choose(tab) {
  for (const each of tabs) {
    each.setAttribute("aria-selected", String(each === tab));
    each.tabIndex = each === tab ? 0 : -1;
    document.getElementById(each.getAttribute("aria-controls")).hidden = each !== tab;
  }
}
tabs.forEach((tab, position) => {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(position + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
});
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const code = button.closest('[role="tabpanel"]').querySelector("pre").textContent;
    try {
      await navigator.clipboard.writeText(code);
      notify(button.dataset.copy);
    } catch {
      getSelection().selectAllChildren(button.closest('[role="tabpanel"]').querySelector("pre"));
    }
  });
}
