// Shows the state of the server as it changes.
import { showLanguages } from "./languages.js";
import { poll, refetch, showTimes } from "./page.js";

showLanguages(document);

poll(async () => {
  const fresh = (await refetch())?.getElementById("status");
  if (!fresh) return null;
  const old = document.getElementById("status");
  if (!old.contains(document.activeElement) || document.activeElement === document.body) {
    showTimes(fresh);
    showLanguages(fresh);
    old.replaceWith(document.adoptNode(fresh));
  }
  return true;
}, { first: 2000 });
