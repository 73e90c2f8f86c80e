"use strict";

// ---- filters of the index, kept in the address so that they can be sent
const filters = document.getElementById("filters");
if (filters) {
  const rows = [...document.querySelectorAll("#claims tbody tr")];
  const fields = [...filters.querySelectorAll("select, input")];

  const apply = () => {
    let shown = 0;
    const words = filters.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.cells[0].textContent.toLowerCase();
      const fits = words.every((word) => text.includes(word)) && fields.every(
        (field) => field.name === "words" || !field.value || row.dataset[field.name] === field.value);
      row.hidden = !fits;
      shown += fits;
    }
    document.getElementById("count").textContent = `${shown} of ${rows.length} claims`;
  };
  const remember = () => {
    const chosen = new URLSearchParams(fields.filter((f) => f.value).map((f) => [f.name, f.value]));
    history.replaceState(null, "", `#${chosen}`);
    apply();
  };
  const recall = () => {
    const chosen = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) field.value = chosen.get(field.name) ?? "";
    apply();
  };
  filters.addEventListener("input", remember);
  filters.addEventListener("reset", () => setTimeout(remember));
  filters.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", recall);
  recall();
}

// ---- copying
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

// ---- the neighbourhood of a claim
const choice = document.getElementById("choice");
if (choice && typeof GRAPH !== "undefined") {
  const used = {};
  for (const id in GRAPH.claims) used[id] = [];
  for (const [id, grounds] of Object.entries(GRAPH.uses)) for (const g of grounds) used[g].push(id);

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

  const svg = (name, attributes, parent) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent?.append(element);
    return element;
  };

  const list = (place, heading, ids) => {
    place.replaceChildren();
    const title = document.createElement("h3");
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
    place.replaceChildren();
    const status = document.getElementById("chosen");
    if (!(id in GRAPH.claims)) {
      status.textContent = id ? `There is no claim ${id}.` : "";
      return;
    }
    choice.elements.id.value = id;
    const steps = Number(choice.elements.steps.value);
    const left = layers(id, GRAPH.uses, steps);
    const right = layers(id, used, steps);
    const columns = [...left.slice().reverse(), [id], ...right];
    const wide = 190, high = 34, across = 60, down = 12;
    const tallest = Math.max(...columns.map((column) => column.length));
    const height = tallest * (high + down) + down;
    const picture = svg("svg", {
      width: columns.length * (wide + across), height, role: "img",
      "aria-label": `Claims around ${id}`,
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
      svg("path", { d: `M${from} ${y0 + high / 2}C${bend} ${y0 + high / 2} ${bend} ${y1 + high / 2} ${x1} ${y1 + high / 2}` }, picture);
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
    status.textContent = GRAPH.claims[id].title;
    const everything = (edges) => layers(id, edges, Infinity).flat();
    list(document.getElementById("grounds"), "It rests on", everything(GRAPH.uses));
    list(document.getElementById("fall"), "If it fell, so would", everything(used));
  };
  choice.addEventListener("submit", (event) => event.preventDefault());
  choice.addEventListener("change", () => {
    const id = choice.elements.id.value.trim();
    if (id && `#${id}` !== location.hash) location.hash = id; else draw();
  });
  addEventListener("hashchange", draw);
  draw();
}
