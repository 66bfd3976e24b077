// Names languages of documents in that of the page; the server knows their English names.
import { language } from "./page.js";

// Where the API's code is not that of browsers.
const CODES = {
  ang: "anp", ava: "av", ch_sim: "zh-Hans", ch_tra: "zh-Hant", che: "ce", mah: "mag",
  rs_cyrillic: "sr-Cyrl", rs_latin: "sr-Latn", tjk: "tg",
};
const names = new Intl.DisplayNames(language, { type: "language", fallback: "none" });

/** Name the languages within an element, and sort each list of them. */
export function showLanguages(within) {
  if (language.startsWith("en")) return;
  const named = [...within.querySelectorAll("[data-language-code]")];
  for (const element of named) {
    const { languageCode: code } = element.dataset;
    element.textContent = names.of(CODES[code] ?? code) ?? element.textContent;
  }
  named.sort((a, b) => a.textContent.localeCompare(b.textContent, language));
  for (const element of named) element.parentElement.append(element, " ");
}
