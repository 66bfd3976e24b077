// Keeps what one has typed while the page is left: to sign in again, to look at something else.
import { comesBack, isSigningOut } from "./page.js";

const NAME = "pigeonhole-draft";
const owner = document.body.dataset.owner;
// The first page has two addresses, with and without a slash at the end.
const address = () => location.pathname.replace(/\/$/, "") + location.search;

/** Store what `read` returns when the page is left, in this tab only, if it `isChanged` by then. */
export function keepDraft(read, isChanged = false) {
  const before = JSON.stringify(read());
  addEventListener("pagehide", () => {
    const draft = read();
    if (isSigningOut || !(isChanged || JSON.stringify(draft) !== before)) {
      sessionStorage.removeItem(NAME);
      return;
    }
    const kept = { owner, address: address(), comesBack, draft };
    sessionStorage.setItem(NAME, JSON.stringify(kept));
  });
}

/**
 * Return what was kept of this page, null if nothing was.
 *
 * Who follows a link to a page with rules of its own wants those. A reload, the way back, another
 * language, and the sign-in after an ended session lead to what one has typed; so does a link if
 * `always`.
 */
export function takeDraft({ always = false } = {}) {
  const kept = JSON.parse(sessionStorage.getItem(NAME));
  if (kept?.owner !== owner || kept.address !== address()) return null;
  const [{ type }] = performance.getEntriesByType("navigation");
  return always || kept.comesBack || type !== "navigate" ? kept.draft : null;
}
