"use strict";

// ---- filters of the index, kept in the address so that they can be sent
const filters = document.getElementById("filters");
if (filters) {
  const rows = [...document.querySelectorAll("#claims tbody tr")];
  const selects = [...filters.querySelectorAll("select")];
  const words = filters.elements.words;
  const texts = new Map(rows.map((row) => [
    row, `${row.cells[0].textContent} ${row.dataset.says}`.toLowerCase()]));

  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const counts = new Map(selects.map((select) => [select, {}]));
    let shown = 0;
    for (const row of rows) {
      const misses = selects.filter((s) => s.value && row.dataset[s.name] !== s.value);
      const found = wanted.every((word) => texts.get(row).includes(word));
      row.hidden = !found || misses.length > 0;
      shown += !row.hidden;
      // a choice counts the rows that fit everything but its own field
      for (const select of selects) {
        if (found && misses.every((miss) => miss === select)) {
          const value = row.dataset[select.name];
          counts.get(select)[value] = (counts.get(select)[value] ?? 0) + 1;
        }
      }
    }
    for (const select of selects) for (const option of select.options) {
      if (option.value) option.textContent = `${option.dataset.words} (${counts.get(select)[option.value] ?? 0})`;
    }
    document.getElementById("count").textContent = shown
      ? `${shown} of ${rows.length} claims`
      : `0 of ${rows.length} claims: nothing fits all of this`;
  };
  const fields = [words, ...selects];
  const remember = () => {
    const chosen = new URLSearchParams(fields.filter((f) => f.value).map((f) => [f.name, f.value]));
    history.replaceState(null, "", `#${chosen}`);
    apply();
  };
  const recall = () => {
    const chosen = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) field.value = chosen.get(field.name) ?? "";
    apply();
    if (location.hash === "#search") words.focus();
  };
  filters.addEventListener("input", remember);
  filters.addEventListener("reset", () => setTimeout(remember));
  filters.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", recall);
  recall();
}

// ---- "/" searches
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const search = document.querySelector("[data-search]");
  if (search) { search.focus(); search.select(); } else location.href = `${document.body.dataset.index}#search`;
});

// ---- copying; a page that is opened from disk may not have a clipboard
const copied = async (code) => {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy") ? "Copied" : "Selected";
  }
};
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.getAttribute("aria-label");
  button.addEventListener("click", async () => {
    const word = await copied(button.parentElement.querySelector("code"));
    button.textContent = word;
    button.setAttribute("aria-label", word);
    setTimeout(() => { button.textContent = "Copy"; button.setAttribute("aria-label", label); }, 1500);
  });
}

// ---- paper shows everything
addEventListener("beforeprint", () => {
  for (const closed of document.querySelectorAll("details:not([open])")) closed.open = true;
});

// ---- the neighbourhood of a claim
const svg = (name, attributes, parent) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
};

// The claims one step from the first, two steps and so on.
const layers = (start, edges, steps) => {
  const seen = new Set([start]);
  const found = [];
  let current = [start];
  while (current.length && found.length < steps) {
    const next = [];
    for (const id of current) for (const to of edges[id]) {
      if (!seen.has(to)) { seen.add(to); next.push(to); }
    }
    if (next.length) found.push(next);
    current = next;
  }
  return found;
};

const choice = document.getElementById("choice");
const usedBy = {};
if (choice && typeof GRAPH !== "undefined") {
  for (const id in GRAPH.claims) usedBy[id] = [];
  for (const [id, grounds] of Object.entries(GRAPH.uses)) for (const g of grounds) usedBy[g].push(id);

  const list = (place, heading, ids) => {
    place.replaceChildren();
    const title = document.createElement("h2");
    title.textContent = `${heading} (${ids.length})`;
    const items = document.createElement("ul");
    for (const id of ids) {
      const link = document.createElement("a");
      link.href = `claims/${id}.html`;
      link.textContent = GRAPH.claims[id].title;
      const item = document.createElement("li");
      item.append(link);
      items.append(item);
    }
    place.append(title, items);
  };

  const draw = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const place = document.getElementById("drawing");
    const status = document.getElementById("chosen");
    const known = id in GRAPH.claims;
    if (id && !known && document.getElementById(id)) return;  // a heading of this page
    for (const part of ["drawing", "grounds", "fall"]) document.getElementById(part).replaceChildren();
    if (!known) {
      status.textContent = id ? `There is no claim ${id}.` : "";
      return;
    }
    choice.elements.id.value = id;
    const steps = Number(choice.elements.steps.value);
    const left = layers(id, GRAPH.uses, steps);
    const right = layers(id, usedBy, steps);
    const columns = [...left.slice().reverse(), [id], ...right];
    const wide = 190, high = 34, across = 60, down = 12;
    const tallest = Math.max(...columns.map((column) => column.length));
    const height = tallest * (high + down) + down;
    const picture = svg("svg", {
      width: columns.length * (wide + across), height, role: "group", "aria-label": `Claims around ${id}`,
    }, place);
    const at = {};
    columns.forEach((column, x) => column.forEach((one, y) => {
      const top = (height - column.length * (high + down)) / 2 + y * (high + down);
      at[one] = [across / 2 + x * (wide + across), top];
    }));
    for (const one in at) for (const ground of GRAPH.uses[one]) if (ground in at) {
      const [x0, y0] = at[ground], [x1, y1] = at[one];
      if (x0 >= x1) continue;
      const from = x0 + wide, bend = (from + x1) / 2;
      svg("path", { class: one === id || ground === id ? "near" : "", d: `M${from} ${y0 + high / 2}C${bend} ${y0 + high / 2} ${bend} ${y1 + high / 2} ${x1} ${y1 + high / 2}` }, picture);
    }
    for (const [one, [x, y]] of Object.entries(at)) {
      const link = svg("a", { href: one === id ? `claims/${one}.html` : `#${one}` }, picture);
      if (one === id) link.classList.add("chosen");
      svg("rect", { x, y, width: wide, height: high, rx: 4 }, link);
      const name = one.slice(one.indexOf(".") + 1);
      const text = svg("text", { x: x + 8, y: y + 21 }, link);
      text.textContent = name.length > 31 ? `${name.slice(0, 30)}…` : name;
      svg("title", {}, link).textContent = GRAPH.claims[one].title;
    }
    place.scrollTo(at[id][0] + wide / 2 - place.clientWidth / 2, at[id][1] + high / 2 - place.clientHeight / 2);
    const link = document.createElement("a");
    link.href = `claims/${id}.html`;
    link.textContent = GRAPH.claims[id].title;
    status.replaceChildren(link);
    const everything = (edges) => layers(id, edges, Infinity).flat();
    list(document.getElementById("grounds"), "It rests on", everything(GRAPH.uses));
    list(document.getElementById("fall"), "If it fell, so would", everything(usedBy));
  };
  choice.addEventListener("submit", (event) => event.preventDefault());
  choice.addEventListener("change", () => {
    const id = choice.elements.id.value.trim();
    if (id && `#${id}` !== location.hash) location.hash = id; else draw();
  });
  addEventListener("hashchange", draw);
  draw();
}
