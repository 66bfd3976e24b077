// Runs a job's files under saved rules, and shows what changed.
import { api, base, complain, notify, poll, refetch, Refused } from "./page.js";

const form = document.getElementById("compare-form");
form?.addEventListener("submit", async (event) => {
  const other = document.getElementById("b").value;
  if (!other.startsWith("rules:")) return;
  event.preventDefault();
  const first = document.getElementById("a").value;
  notify(JSON.parse(form.dataset.texts).running, { seconds: 4 });
  try {
    const [given, saved] = await Promise.all([readJob(first), readRules(other.slice(6))]);
    const second = await api("/api/v1/classifier/jobs", {
      method: "POST",
      json: {
        ...given.options,
        file_ids: given.files.filter((file) => !file.isGone).map((file) => file.id),
        rules: saved.rules,
        min_confidence: saved.min_confidence,
        learn: saved.learn,
      },
    });
    location.assign(`${base}/compare?a=${first}&b=${second.id}`);
  } catch (error) {
    complain(error);
  }
});

/** Return the files and options of a job, as the first page begins with them. */
async function readJob(id) {
  const page = await refetch(`${base}/?job=${id}`);
  if (!page) throw new Refused(document.body.dataset.offline);
  return JSON.parse(page.getElementById("try").dataset.given);
}

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
