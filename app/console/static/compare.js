// Runs a job's files under saved rules, and shows what changed.
import { api, base, complain, notify, poll, refetch } from "./page.js";

const form = document.getElementById("compare-form");
form?.addEventListener("submit", async (event) => {
  const other = document.getElementById("b").value;
  if (!other.startsWith("rules:")) return;
  event.preventDefault();
  const first = document.getElementById("a").value;
  notify(JSON.parse(form.dataset.texts).running, { seconds: 4 });
  try {
    const [job, results, saved] = await Promise.all([
      api(`/api/v1/classifier/jobs/${first}`),
      api(`/api/v1/classifier/jobs/${first}/results`),
      readRules(other.slice(6)),
    ]);
    const second = await api("/api/v1/classifier/jobs", {
      method: "POST",
      json: {
        file_ids: results.items.map((item) => item.file_id),
        rules: saved.rules,
        mode: job.mode,
        parsing_configuration: job.parsing_configuration,
        min_confidence: saved.min_confidence,
      },
    });
    location.assign(`${base}/compare?a=${first}&b=${second.id}`);
  } catch (error) {
    complain(error);
  }
});

/** Return the parameters of saved rules: `id` as they are, `id@version` as they were. */
async function readRules(name) {
  const [id, version] = name.split("@");
  if (!version) return (await api(`/api/v1/beta/configurations/${id}`)).parameters;
  const { items } = await api(`/api/v1/beta/configurations/${id}/versions`);
  return items.find((each) => each.version === version).parameters;
}

const only = document.getElementById("only-changed");
function filter() {
  if (!only) return;
  let count = 0;
  for (const row of document.querySelectorAll("#pairs tbody tr")) {
    row.hidden = only.checked && row.dataset.change === "same";
    if (!row.hidden) count += 1;
  }
  document.getElementById("nothing").hidden = count > 0;
}
only?.addEventListener("change", filter);
filter();

const comparison = document.getElementById("comparison");
if (comparison?.dataset.live === "yes") {
  poll(async () => {
    const fresh = (await refetch())?.getElementById("comparison");
    if (!fresh) return null;
    if (fresh.dataset.live === "yes") {
      const line = fresh.querySelector(".progress-line").textContent;
      const old = comparison.querySelector(".progress-line");
      const changed = old.textContent !== line;
      if (changed) old.replaceWith(document.adoptNode(fresh.querySelector(".progress-line")));
      return changed || null;
    }
    location.reload();
    return false;
  }, { first: 300 });
}
