// What every page shares: calls to the API, notices, times in the visitor's zone, polling.

const body = document.body;
export const base = body.dataset.base;
const root = body.dataset.root;
const token = body.dataset.formToken;
// Browsers take a longer time for none.
const MAX_SECONDS = 2_000_000;

export class Refused extends Error {
  /** After how many seconds the server takes the same request; 0 for one that it does not take. */
  retrySeconds = 0;
}

/** What the page shows has been deleted, maybe by somebody else. */
export class Gone extends Refused {}

/** Whether the page is left for itself: after a sign-in, or in another language. */
export let comesBack = false;
export let isSigningOut = false;

/** Lead to the sign-in, which says why and leads back. */
function signInAgain() {
  comesBack = true;
  const back = encodeURIComponent(location.pathname + location.search);
  location.replace(`${base}/sign-in?ended&back=${back}`);
}

/**
 * Send a request to the API and return its JSON, null for an empty answer. Throws Refused.
 *
 * `raw` returns the answer itself; with `stay` an ended session does not lead to the sign-in.
 */
export async function api(path, { method = "GET", json, form, raw = false, stay = false } = {}) {
  const headers = { "X-Form-Token": token };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(root + path, {
      method,
      headers,
      body: json === undefined ? form : JSON.stringify(json),
      credentials: "same-origin",
    });
  } catch {
    throw new Refused(body.dataset.offline);
  }
  if (answer.status === 401 && !stay) {
    signInAgain();
    throw new Refused("");
  }
  if (raw) return answer;
  const content = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) {
    const refused = new Refused(sentence(content, answer.status));
    if (answer.status === 429) refused.retrySeconds = Number(answer.headers.get("Retry-After"));
    throw refused;
  }
  return content;
}

function sentence(content, status) {
  if (status === 403) return body.dataset.stale;
  if (status === 503) return body.dataset.busy;
  if (status === 507) return body.dataset.full;
  const detail = content?.detail;
  if (Array.isArray(detail)) return detail.map((each) => each.msg).join(" ");
  return typeof detail === "string" ? detail : `HTTP ${status}`;
}

/**
 * Fetch a part of a page and return its first element. Text of documents stays text in it.
 * Throws Refused, and Gone.
 */
export async function fragment(path) {
  const answer = await fetch(base + path, {
    headers: { "X-Fragment": "1" },
    credentials: "same-origin",
  });
  if (answer.status === 401) signInAgain();
  if (answer.status === 404) throw new Gone(body.dataset.gone);
  if (!answer.ok) throw new Refused(`HTTP ${answer.status}`);
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  return document.adoptNode(parsed.body.firstElementChild);
}

/** Fetch a page of the console again and return its document, null where the server refuses it. */
export async function refetch(address = location.href) {
  const answer = await fetch(address, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

/**
 * Show a notice for a while, and return a function that ends it. With `undo`, call it if its button
 * is pressed before `done` is.
 */
export function notify(text, { undo, undoText, done, seconds = 7 } = {}) {
  const box = make("div", { className: "notice" }, make("span", { textContent: text }));
  let open = true;
  const close = (finish) => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    removeEventListener("pagehide", onLeave);
    box.remove();
    finish?.();
  };
  const onLeave = () => close(done);
  const timer = setTimeout(onLeave, seconds * 1000);
  addEventListener("pagehide", onLeave);
  if (undo) {
    const button = make("button", { type: "button", textContent: undoText });
    button.addEventListener("click", () => close(undo));
    box.append(button);
  }
  document.getElementById("notices").append(box);
  return close;
}

export function complain(error) {
  if (error instanceof Refused) {
    if (error.message) notify(error.message, { seconds: 12 });
  } else throw error;
}

/**
 * Call `look` until it returns false: soon after true, more and more rarely after null. Where it
 * takes long, the machine is busy: then it has four times as long without it. While the server is
 * away, a notice says so. It also ends when what it looks at is gone.
 */
export async function poll(look, { first = 200, slowest = 4000 } = {}) {
  let wait = first;
  let backAgain = null;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden) await new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true });
    });
    const began = performance.now();
    let changed;
    try {
      changed = await look();
      backAgain?.();
      backAgain = null;
    } catch (error) {
      if (error instanceof Gone) {
        backAgain?.();
        return complain(error);
      }
      changed = null;
      backAgain ??= notify(body.dataset.away, { seconds: MAX_SECONDS });
    }
    if (changed === false) return;
    wait = changed ? first : Math.min(wait * 1.5, slowest);
    wait = Math.max(wait, Math.min(4 * (performance.now() - began), slowest));
  }
}

// The page's language as it is spoken where the visitor is: dates differ in Britain and America.
const spoken = body.dataset.language;
export const language =
  navigator.languages.find((each) => each === spoken || each.startsWith(`${spoken}-`)) ?? spoken;
const moments = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const exactMoments = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
export const formatMoment = (text) => moments.format(new Date(text));
export const numbers = new Intl.NumberFormat(language);

export function showTimes(within) {
  for (const time of within.querySelectorAll("time[data-local]")) {
    const formats = time.dataset.local === "exact" ? exactMoments : moments;
    time.textContent = formats.format(new Date(time.dateTime));
    time.removeAttribute("data-local");
  }
  for (const option of within.querySelectorAll("option")) {
    option.textContent = option.textContent.replace(
      /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/,
      (_, day, hour) => exactMoments.format(new Date(`${day}T${hour}Z`)),
    );
  }
}

showTimes(document);
for (const select of document.querySelectorAll("[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
// Who signs out, or goes to another project, leaves nothing behind.
for (const form of document.querySelectorAll(".account form")) {
  form.addEventListener("submit", () => {
    isSigningOut = true;
    sessionStorage.clear();
  });
}
for (const field of document.querySelectorAll("[data-here]")) {
  field.form.addEventListener("submit", () => { comesBack = true; });
  field.value = location.pathname + location.search;
}
