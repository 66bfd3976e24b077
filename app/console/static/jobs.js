// Shows how far the jobs of the list are.
import { poll, refetch, showTimes } from "./page.js";

poll(async () => {
  const page = await refetch();
  if (!page) return null;
  const fresh = page.getElementById("jobs");
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
