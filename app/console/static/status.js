// Shows the state of the server as it changes.
import { showLanguages } from "./languages.js";
import { poll, showTimes } from "./page.js";

showLanguages(document);

poll(async () => {
  const answer = await fetch(location.href, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
  if (!answer.ok) return null;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("status");
  const old = document.getElementById("status");
  if (!old.contains(document.activeElement) || document.activeElement === document.body) {
    showTimes(fresh);
    showLanguages(fresh);
    old.replaceWith(document.adoptNode(fresh));
  }
  return true;
}, { first: 2000 });
