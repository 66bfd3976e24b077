// Hints about rules, found by a worker while one types: what `pigeonhole rules lint` says.
import { api, fill, language } from "./page.js";

const MAX_LOOKS = 16;
const lists = new Intl.ListFormat(language, { type: "conjunction" });

/**
 * Return the hints of the API about rules; none where no worker answers, or once `isStale` is true.
 *
 * Hints are a help: nothing is said when they fail, and an ended session does not leave the page.
 */
export async function findHints(rules, isStale) {
  let wait = 200;
  for (let look = 0; look < MAX_LOOKS && !isStale(); look += 1) {
    const answer = await api("/api/v1/classifier/rules/lint", {
      method: "POST", json: { rules }, raw: true, stay: true,
    }).catch(() => null);
    if (answer?.status === 200) return (await answer.json()).hints;
    if (answer?.status !== 202) return [];
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 1.5, 3000);
  }
  return [];
}

/** Return the lines for each rule: `{ text, isWarning }`, in the language of the page. */
export function explain(hints, types, texts) {
  const lines = types.map(() => []);
  const others = types.map(() => new Map()); // by kind, for hints about several rules
  for (const { kind, rules, is_warning: isWarning } of hints) {
    const last = rules.at(-1);
    if (kind === "catch_all") {
      const name = rules.length > 1 ? "catch_all_twice" : isWarning ? "catch_all_hidden" : "catch_all";
      lines[last].push({ text: fill(texts[name], { types: quote([types[rules[0]]], texts) }), isWarning });
    } else if (rules.length === 1) {
      lines[last].push({ text: texts[kind], isWarning });
    } else {
      for (const rule of rules) {
        const known = others[rule].get(kind) ?? new Set();
        rules.filter((each) => each !== rule).forEach((each) => known.add(types[each]));
        others[rule].set(kind, known);
      }
    }
  }
  others.forEach((kinds, rule) => {
    for (const [kind, names] of kinds) {
      lines[rule].push({ text: fill(texts[kind], { types: quote([...names], texts) }), isWarning: true });
    }
  });
  return lines;
}

function quote(types, texts) {
  return lists.format(types.map((type) => fill(texts.quoted, { type })));
}
