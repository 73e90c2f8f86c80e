"use strict";

// ---- the graph of the whole catalogue: a band for each topic, a column for each depth
{
  const place = document.getElementById("whole-drawing");
  const ids = Object.keys(GRAPH.claims);
  const rows = 12, pitch = 15, gap = 38, left = 12, head = 24;
  const topicOf = (id) => id.slice(0, id.indexOf("."));

  const depths = {};
  const depth = (id) => depths[id] ??= Math.max(0, ...GRAPH.uses[id].map((ground) => depth(ground) + 1));
  ids.forEach(depth);
  const deepest = Math.max(...Object.values(depths));
  const topics = [...new Set(ids.map(topicOf))];
  const cells = {};
  for (const id of ids) ((cells[topicOf(id)] ??= [])[depths[id]] ??= []).push(id);

  const widths = Array.from({ length: deepest + 1 }, (_, at) =>
    pitch * Math.max(1, ...topics.map((topic) => Math.ceil((cells[topic][at]?.length ?? 0) / rows))));
  const starts = [left];
  widths.forEach((width, at) => starts.push(starts[at] + width + gap));

  const at = {};
  let top = 0;
  const bands = topics.map((topic) => {
    const start = top;
    let tallest = 0;
    cells[topic].forEach((cell, x) => {
      // beside what they rest on, so that lines cross less
      const height = (id) => {
        const known = GRAPH.uses[id].filter((ground) => ground in at).map((ground) => at[ground][1]);
        return known.length ? known.reduce((a, b) => a + b) / known.length : 0;
      };
      const sorted = x ? [...cell].sort((a, b) => height(a) - height(b)) : cell;
      const across = Math.ceil(sorted.length / rows), down = Math.ceil(sorted.length / across);
      sorted.forEach((id, index) => {
        at[id] = [starts[x] + pitch * (Math.floor(index / down) + 0.5), start + head + pitch * (index % down + 0.5)];
      });
      tallest = Math.max(tallest, down);
    });
    top += head + pitch * tallest + 10;
    return [topic, start];
  });

  const picture = svg("svg", {
    viewBox: `0 0 ${starts.at(-1)} ${top}`, width: starts.at(-1), height: top, role: "group",
    "aria-label": `All ${ids.length} claims and what they rest on`,
  }, place);
  for (const [topic, start] of bands) {
    svg("text", { x: 2, y: start + 15 }, picture).textContent = topic;
  }
  const lines = [];
  for (const id of ids) for (const ground of GRAPH.uses[id]) {
    const [x0, y0] = at[ground], [x1, y1] = at[id], bend = (x0 + x1) / 2;
    lines.push([ground, id, svg("path", { class: "edge", d: `M${x0} ${y0}C${bend} ${y0} ${bend} ${y1} ${x1} ${y1}` }, picture)]);
  }
  const dots = {};
  for (const id of ids) {
    const [x, y] = at[id], derived = GRAPH.claims[id].derived;
    const whole = ["proved", "certified"].includes(derived);
    const link = svg("a", { href: `#${id}`, tabindex: -1, "aria-label": GRAPH.claims[id].title }, picture);
    if (whole || derived === "cited") svg("circle", { class: `dot ${whole ? "proved" : "cited"}`, cx: x, cy: y, r: 5 }, link);
    else svg("path", { class: "dot none", d: `M${x - 4} ${y - 4}h8v8h-8z` }, link);
    dots[id] = link;
  }

  const words = document.getElementById("pointed");
  const counted = (number) => `${number} claim${number === 1 ? "" : "s"}`;
  const point = (id) => {
    const below = new Set(layers(id, GRAPH.uses, Infinity).flat());
    const above = new Set(layers(id, usedBy, Infinity).flat());
    picture.classList.add("pointed");
    for (const one of ids) {
      dots[one].setAttribute("class", one === id ? "here" : below.has(one) ? "below" : above.has(one) ? "above" : "");
    }
    for (const [ground, one, line] of lines) {
      const under = below.has(ground) && (one === id || below.has(one));
      const over = above.has(one) && (ground === id || above.has(ground));
      line.setAttribute("class", under ? "edge below" : over ? "edge above" : "edge");
    }
    words.textContent = `${GRAPH.claims[id].title} (${id}): rests on ${counted(below.size)}; ${counted(above.size)} would fall with it.`;
  };
  const clear = () => {
    picture.classList.remove("pointed");
    for (const [, , line] of lines) line.setAttribute("class", "edge");
    for (const one of ids) dots[one].removeAttribute("class");
  };
  const chosen = () => decodeURIComponent(location.hash.slice(1));
  const settle = () => { if (chosen() in dots) point(chosen()); else clear(); };

  // one stop for the tab key; arrows go to the nearest dot that way
  let current = chosen() in dots ? chosen() : ids[0];
  const stand = (id) => {
    dots[current].setAttribute("tabindex", -1);
    current = id;
    dots[current].setAttribute("tabindex", 0);
  };
  stand(current);
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const nearest = ([right, down]) => {
    const [x, y] = at[current];
    let best = null, least = Infinity;
    for (const id of ids) {
      const dx = at[id][0] - x, dy = at[id][1] - y;
      const along = dx * right + dy * down;
      const distance = along + 3 * Math.abs(dx * down + dy * right);
      if (along > 1 && distance < least) { best = id; least = distance; }
    }
    return best;
  };
  picture.addEventListener("keydown", (event) => {
    const next = event.key in ways && nearest(ways[event.key]);
    if (!next) return;
    event.preventDefault();
    stand(next);
    dots[next].focus();
  });
  const idOf = (event) => event.target.closest("a")?.getAttribute("href").slice(1);
  picture.addEventListener("pointerover", (event) => { const id = idOf(event); if (id) point(id); });
  picture.addEventListener("pointerleave", settle);
  picture.addEventListener("focusin", (event) => { const id = idOf(event); if (id) { stand(id); point(id); } });
  picture.addEventListener("focusout", settle);
  picture.addEventListener("click", (event) => { if (idOf(event)) choice.scrollIntoView(); });
  addEventListener("hashchange", settle);
  settle();
}
