// Shows how far the jobs of the list are.
import { poll, showTimes } from "./page.js";

poll(async () => {
  const answer = await fetch(location.href, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
  if (!answer.ok) return null;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("jobs");
  if (!fresh) return false;
  let changed = false;
  for (const row of fresh.querySelectorAll("tr[data-job]")) {
    const old = document.querySelector(`tr[data-job="${row.dataset.job}"]`);
    showTimes(row);
    if (old && old.innerText !== row.innerText && !old.contains(document.activeElement)) {
      old.replaceWith(document.adoptNode(row));
      changed = true;
    }
  }
  return document.querySelector('tr[data-status="PENDING"]') ? changed || null : false;
}, { first: 800, slowest: 5000 });
