// Shows the report once a worker has computed it.
import { poll, refetch } from "./page.js";

poll(async () => {
  const fresh = (await refetch())?.getElementById("quality");
  const old = document.getElementById("quality");
  if (!fresh || (fresh.dataset.state === old.dataset.state && fresh.dataset.at === old.dataset.at)) return null;
  if (old.contains(document.activeElement) && document.activeElement !== document.body) return null;
  old.replaceWith(document.adoptNode(fresh));
  return fresh.querySelector(".spinner") !== null;
}, { first: 1000 });
