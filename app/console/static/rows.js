// Keeps a table of a job's files up to date.
import { fragment, poll } from "./page.js";

/**
 * Follow a job until it ends; `update` gets its changed rows and shows them in `tbody`, then `show`
 * gets the state of the job.
 *
 * A row comes once a change. A transaction may end later than the moment that it wrote, so a row
 * can be missed: while fewer rows have ended than the job says, the next question goes back a bit,
 * and at the end to the beginning, before the end is shown.
 */
export function follow(jobId, cursor, tbody, { update, show }) {
  let since = cursor;
  return poll(async () => {
    const query = since ? `?since=${encodeURIComponent(since)}` : "";
    const table = await fragment(`/jobs/${jobId}/rows${query}`);
    const rows = [...table.querySelectorAll("tr")];
    const state = {
      status: table.dataset.status,
      ended: Number(table.dataset.ended),
      count: Number(table.dataset.count),
      text: table.dataset.progress,
    };
    update(rows);
    const isComplete = tbody.querySelectorAll(":scope > .done, :scope > .failed").length >= state.ended;
    if (state.status !== "PENDING" && !isComplete && since) {
      since = "";
      return true;
    }
    show(state);
    if (state.status !== "PENDING") return false;
    since = isComplete ? table.dataset.cursor : earlier(table.dataset.cursor);
    return rows.length > 0 || null;
  }, { first: 250, slowest: 3000 });
}

/** Two seconds before. */
function earlier(moment) {
  return new Date(Date.parse(moment) - 2000).toISOString();
}

/** Put changed rows in the place of those with the same id, or at the end. */
export function merge(tbody, rows) {
  for (const row of rows) {
    const old = document.getElementById(row.id);
    if (!old) tbody.append(row);
    else if (old.className !== row.className || !row.classList.contains("done")) old.replaceWith(row);
  }
}

export function showProgress(state) {
  const text = document.getElementById("progress-text");
  text.textContent = state.text;
  text.className = `badge ${state.status.toLowerCase()}`;
  const bar = document.getElementById("progress");
  bar.max = state.count;
  bar.value = state.ended;
  bar.hidden = state.status !== "PENDING";
}
