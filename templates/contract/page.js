"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const { names, entries: numbers } = JSON.parse($("data").textContent);
  const lower = names.map((name) => name.toLowerCase());
  const tools = $("tools");
  const byOperation = $("by-operation");
  const levels = [...tools.querySelectorAll("[name=level]")];
  const ways = [...tools.querySelectorAll("[name=by]")];
  const groups = [...document.querySelectorAll(".group")];
  const parts = [...document.querySelectorAll(".part")];
  const MOST_WORDS = 8;
  const MOST_LINKS = 500;
  const MOST_OPERATIONS = 3000;

  const none = document.createElement("p");
  none.textContent = "Nothing matches.";
  none.hidden = true;
  byOperation.before(none);

  const entries = [];
  for (const group of groups) {
    const level = group.dataset.level;
    const rule = group.querySelector(".rule").textContent;
    for (const node of group.querySelectorAll(".entry")) {
      const said = [...node.querySelectorAll(".message, .note, figcaption")].map((one) => one.textContent);
      const text = [level, rule, ...said, node.dataset.at].join("\n").toLowerCase();
      entries.push({ node, group, level, rule, text, said: said[0], runs: numbers[entries.length], missing: 0, shown: true });
    }
  }

  /* What is asked for, in the page's fragment: it can be kept as a link. */
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    $("q").value = asked.get("q") || "";
    const only = asked.get("level");
    for (const box of levels) box.checked = only === null || only.split(",").includes(box.value);
    const by = asked.get("by") === "operation" ? "operation" : "rule";
    for (const way of ways) way.checked = way.value === by;
  };
  const write = () => {
    const asked = new URLSearchParams();
    if ($("q").value.trim()) asked.set("q", $("q").value.trim());
    if (levels.some((box) => !box.checked)) asked.set("level", levels.filter((box) => box.checked).map((box) => box.value).join(","));
    if (operationWise()) asked.set("by", "operation");
    const hash = asked.toString();
    try {
      history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
    } catch {
      /* Some browsers count how often a page does this; the filter works without. */
    }
  };
  const operationWise = () => ways.some((way) => way.checked && way.value === "operation");

  /* Words that all must occur; "two words" in quotes are one. */
  const words = () => {
    const found = [];
    for (const [, quoted, plain] of $("q").value.toLowerCase().matchAll(/"([^"]+)"?|([^\s"]+)/g)) found.push(quoted || plain);
    return found.slice(0, MOST_WORDS);
  };

  /* For the words that an entry does not say itself: how many operations up to each number have all of them in
     their names. A run of numbers is then asked in one step. */
  const counter = (has) => {
    const known = new Map();
    return (missing) => {
      if (!known.has(missing)) {
        const sums = new Uint32Array(names.length + 1);
        for (let at = 0; at < names.length; at += 1) sums[at + 1] = sums[at] + ((has[at] & missing) === missing ? 1 : 0);
        known.set(missing, sums);
      }
      return known.get(missing);
    };
  };

  const filter = () => {
    const wanted = words();
    const has = lower.map((name) => wanted.reduce((mask, word, at) => (name.includes(word) ? mask | (1 << at) : mask), 0));
    const sums = counter(has);
    const levelsOn = new Set(levels.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const entry of entries) {
      entry.missing = wanted.reduce((mask, word, at) => (entry.text.includes(word) ? mask : mask | (1 << at)), 0);
      let hit = entry.missing === 0;
      if (!hit) {
        const sum = sums(entry.missing);
        for (let at = 0; at < entry.runs.length && !hit; at += 2) hit = sum[entry.runs[at + 1] + 1] > sum[entry.runs[at]];
      }
      entry.shown = hit && levelsOn.has(entry.level);
      if (entry.shown) count += 1;
    }
    show(count, has);
  };

  const show = (count, has) => {
    const operations = operationWise();
    const seen = new Set();
    for (const entry of entries) {
      if (entry.node.hidden === entry.shown) entry.node.hidden = !entry.shown;
      if (entry.shown) seen.add(entry.group);
    }
    for (const group of groups) group.hidden = !seen.has(group);
    for (const part of parts) {
      const its = groups.filter((group) => part.contains(group));
      part.hidden = operations || (its.length > 0 && its.every((group) => group.hidden));
    }
    byOperation.hidden = !operations;
    $("fold").hidden = operations;
    none.hidden = count > 0 || entries.length === 0;
    $("shown").textContent = count === entries.length ? entries.length + " shown" : count + " of " + entries.length + " shown";
    if (operations) list(has);
  };

  /* Each operation with the entries that touch it; the links are made when one is opened. */
  const list = (has) => {
    const changes = new Map();
    for (const entry of entries) {
      if (!entry.shown) continue;
      if (!changes.has(entry.missing)) changes.set(entry.missing, new Int32Array(names.length + 1));
      const steps = changes.get(entry.missing);
      for (let at = 0; at < entry.runs.length; at += 2) {
        steps[entry.runs[at]] += 1;
        steps[entry.runs[at + 1] + 1] -= 1;
      }
    }
    const counts = new Uint32Array(names.length);
    for (const [missing, steps] of changes) {
      let sum = 0;
      for (let at = 0; at < names.length; at += 1) {
        sum += steps[at];
        if ((has[at] & missing) === missing) counts[at] += sum;
      }
    }
    const nodes = [];
    let more = 0;
    for (let at = 0; at < names.length; at += 1) {
      if (counts[at] === 0) continue;
      if (nodes.length === MOST_OPERATIONS) more += 1;
      else nodes.push(operation(at, counts[at], has[at]));
    }
    const whole = entries.filter((entry) => entry.shown && entry.runs.length === 0);
    if (whole.length) nodes.push(details("of no single operation", whole.length, () => whole));
    if (more) nodes.push(element("p", more + " more operations; the filter makes them fewer"));
    byOperation.replaceChildren(...nodes);
  };

  const operation = (number, count, mask) =>
    details(names[number], count, () =>
      entries.filter((entry) => entry.shown && (mask & entry.missing) === entry.missing && within(entry.runs, number)));

  const within = (runs, number) => {
    for (let at = 0; at < runs.length; at += 2) if (runs[at] <= number && number <= runs[at + 1]) return true;
    return false;
  };

  const details = (name, count, found) => {
    const node = element("details");
    const summary = element("summary", name + " ");
    summary.append(element("b", String(count)));
    node.append(summary);
    node.addEventListener("toggle", () => {
      if (!node.open || node.children.length > 1) return;
      const items = element("ul");
      const all = found();
      for (const entry of all.slice(0, MOST_LINKS)) {
        const link = element("a", entry.said);
        link.href = "#" + entry.node.id;
        link.title = entry.rule;
        const item = element("li");
        const level = element("span", entry.level);
        level.className = "level " + entry.level;
        item.append(level, " ", link);
        items.append(item);
      }
      if (all.length > MOST_LINKS) items.append(element("li", all.length - MOST_LINKS + " more"));
      node.append(items);
    });
    return node;
  };

  const element = (name, text) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    return node;
  };

  /* A link to an entry shows it, whatever was asked for before. */
  const jump = () => {
    const node = /^#e\d+$/.test(location.hash) ? $(location.hash.slice(1)) : null;
    if (!node) return false;
    for (const way of ways) way.checked = way.value === "rule";
    const entry = entries.find((one) => one.node === node);
    if (entry && !entry.shown) {
      $("q").value = "";
      for (const box of levels) box.checked = true;
    }
    filter();
    node.closest("details").open = true;
    node.tabIndex = -1;
    node.scrollIntoView();
    node.focus({ preventScroll: true });
    return true;
  };

  let waiting = 0;
  $("q").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { filter(); write(); }, 120);
  });
  tools.addEventListener("change", (event) => {
    if (event.target.id !== "q") { filter(); write(); }
  });
  $("fold").addEventListener("click", () => {
    const open = groups.some((group) => group.open);
    for (const group of groups) group.open = !open;
    $("fold").textContent = open ? "Unfold all" : "Fold all";
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      $("q").focus();
      $("q").select();
    } else if (event.key === "Escape" && typing && $("q").value) {
      event.preventDefault();
      $("q").value = "";
      filter();
      write();
    }
  });
  /* The operations that an entry does not name, on demand. */
  for (const entry of entries) {
    const more = entry.node.querySelector(".calls .more");
    if (!more) continue;
    const button = element("button", more.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      const line = button.parentElement;
      line.replaceChildren();
      for (let at = 0; at < entry.runs.length; at += 2)
        for (let number = entry.runs[at]; number <= entry.runs[at + 1]; number += 1) line.append(element("span", names[number]), " ");
    });
    more.replaceChildren(button);
  }
  window.addEventListener("hashchange", () => {
    if (jump()) return;
    if (/^#(s\d+|entries)$/.test(location.hash)) return;
    read();
    filter();
  });

  tools.hidden = false;
  if (!/^#(e\d+|s\d+|entries)?$/.test(location.hash)) read();
  if (!jump()) filter();
})();
