// The page of one job: follows it, filters its files, cancels, deletes, sends webhooks again.
import { api, base, complain, fill, fragment, notify, numbers, poll, showTimes } from "./page.js";
import { follow, merge, showProgress } from "./rows.js";

const job = document.getElementById("job");
const tbody = document.querySelector("#items tbody");
const name = document.getElementById("filter-name");
const type = document.getElementById("filter-type");
const level = document.getElementById("filter-level");
const shown = document.getElementById("shown");

function filter() {
  const part = name.value.trim().toLowerCase();
  let count = 0;
  for (const row of tbody.rows) {
    const fits =
      (!part || row.cells[0].textContent.toLowerCase().includes(part)) &&
      (!type.value || row.dataset.type === type.value) &&
      (!level.value || row.dataset.level === level.value);
    if (row.hidden === fits) row.hidden = !fits;
    if (fits) count += 1;
  }
  const total = tbody.rows.length;
  shown.textContent = count === total ? "" : fill(shown.dataset.text, {
    count: numbers.format(count), total: numbers.format(total),
  });
  document.getElementById("nothing").hidden = count > 0;
  // Downloads have the files that the table shows, and so have the ways from one file to the next.
  const wanted = Object.entries({ name: part, type: type.value, level: level.value });
  const query = new URLSearchParams(wanted.filter(([, value]) => value)).toString();
  for (const link of document.querySelectorAll("[data-download], #items th a")) link.search = query;
  history.replaceState(null, "", location.pathname + (query && `?${query}`));
}

for (const field of [name, type, level]) field.addEventListener("input", filter);
// Who comes back from a file finds the files that there were.
const given = new URLSearchParams(location.search);
for (const [field, key] of [[name, "name"], [type, "type"], [level, "level"]]) field.value = given.get(key) ?? "";
if (given.size) filter();
job.addEventListener("click", (event) => {
  const bar = event.target.closest("[data-filter-type]");
  if (!bar) return;
  type.value = bar.dataset.filterType;
  if (type.selectedIndex < 0) type.value = "";
  filter();
  document.getElementById("items").scrollIntoView({ block: "nearest" });
});

async function showPlots() {
  document.getElementById("plots").replaceWith(await fragment(`/jobs/${job.dataset.job}/plots`));
}

if (job.dataset.status === "PENDING") {
  let drawn = 0;
  const update = (rows) => merge(tbody, rows);
  const show = (state) => {
    showProgress(state);
    filter();
    const finished = state.status !== "PENDING";
    if (finished || Date.now() - drawn > 3000) {
      drawn = Date.now();
      showPlots().catch(complain);
    }
    if (finished) document.querySelector("[data-cancel]")?.remove();
  };
  follow(job.dataset.job, job.dataset.cursor, tbody, { update, show });
}

document.querySelector("[data-cancel]")?.addEventListener("click", async (event) => {
  event.target.disabled = true;
  try {
    await api(`/api/v1/classifier/jobs/${job.dataset.job}/cancel`, { method: "POST" });
  } catch (error) {
    event.target.disabled = false;
    complain(error);
  }
});

// Of the job alone, and with its files
const deleteButtons = [...document.querySelectorAll("[data-delete]")];
function disableDeletion(isDisabled) {
  for (const button of deleteButtons) button.disabled = isDisabled;
}
for (const button of deleteButtons) {
  button.addEventListener("click", () => {
    disableDeletion(true);
    notify(button.dataset.undo, {
      undoText: job.dataset.undoText,
      undo: () => disableDeletion(false),
      done: async () => {
        try {
          await api(`/api/v1/classifier/jobs/${job.dataset.job}${button.dataset.delete}`, { method: "DELETE" });
          location.assign(`${base}/jobs`);
        } catch (error) {
          disableDeletion(false);
          complain(error);
        }
      },
    });
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-redeliver]");
  if (!button) return;
  button.disabled = true;
  try {
    await api(
      `/api/v1/classifier/jobs/${job.dataset.job}/webhooks/${button.dataset.redeliver}/redeliver`,
      { method: "POST" },
    );
    notify(job.dataset.sentText);
    let looks = 0;
    await poll(async () => {
      const fresh = await fragment(`/jobs/${job.dataset.job}/webhooks`);
      showTimes(fresh);
      document.getElementById("deliveries").replaceWith(fresh);
      looks += 1;
      return looks < 8 && fresh.querySelector(".badge.waiting, .badge.sending") !== null;
    }, { first: 600 });
  } catch (error) {
    button.disabled = false;
    complain(error);
  }
});
