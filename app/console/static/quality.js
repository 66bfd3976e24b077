// Shows the report once a worker has computed it.
import { poll } from "./page.js";

poll(async () => {
  const answer = await fetch(location.href, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
  if (!answer.ok) return null;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("quality");
  const old = document.getElementById("quality");
  if (!fresh || (fresh.dataset.state === old.dataset.state && fresh.dataset.at === old.dataset.at)) return null;
  if (old.contains(document.activeElement) && document.activeElement !== document.body) return null;
  old.replaceWith(document.adoptNode(fresh));
  return fresh.querySelector(".spinner") ? true : false;
}, { first: 1000 });
