// The classes as a diagram, and their columns with what they mean.
"use strict";

const box = { width: 245, gap: 50, head: 26, line: 16, between: 24, margin: 10 };

// columnsOf puts a class to the right of those that it points to, and one that is tied
// to no other where there is room. Everything points to users: that is not drawn.
function columnsOf(classes) {
  const named = Object.fromEntries(classes.map((c) => [c.name, c]));
  const targets = (c) => c.columns.map((column) => column.target).filter((name) => named[name] && name !== "_User" && name !== c.name);
  const depth = (c, seen = []) => Math.max(0, ...targets(c).filter((name) => !seen.includes(name)).map((name) => 1 + depth(named[name], [...seen, c.name])));
  const tied = (c) => targets(c).length > 0 || classes.some((other) => targets(other).includes(c.name));
  const height = (c) => box.head + box.line * c.columns.length;
  const columns = Array.from({ length: 4 }, () => ({ classes: [], height: box.margin }));
  const put = (column, c) => {
    column.classes.push({ class: c, y: column.height, height: height(c) });
    column.height += height(c) + box.between;
  };
  for (const c of classes.filter(tied)) put(columns[Math.min(depth(c), columns.length - 1)], c);
  for (const c of classes.filter((c) => !tied(c))) put(columns.reduce((a, b) => (b.height < a.height ? b : a)), c);
  return columns;
}

function drawModel(classes) {
  const columns = columnsOf(classes), boxes = {};
  columns.forEach((column, i) => {
    for (const { class: c, y, height } of column.classes) boxes[c.name] = { x: box.margin + i * (box.width + box.gap), y, height };
  });
  const svg = make("svg", {
    width: 2 * box.margin + columns.length * box.width + (columns.length - 1) * box.gap, height: Math.max(...columns.map((c) => c.height)),
    role: "img", "aria-label": "Classes and their pointers; the tables below have the same",
  });
  for (const c of classes) {
    c.columns.forEach((column, i) => {
      const from = boxes[c.name], to = boxes[column.target];
      if (!to || from === to || column.target === "_User") return;
      const x1 = from.x, y1 = from.y + 32 + box.line * i, x2 = to.x + box.width, y2 = to.y + 12;
      svg.append(make("path", { d: `M${x1} ${y1} C${x1 - 30} ${y1} ${x2 + 30} ${y2} ${x2 + 6} ${y2}` }), make("path", { class: "tip", d: `M${x2} ${y2} l8 -4 v8 z` }));
    });
  }
  for (const c of classes) {
    const { x, y, height } = boxes[c.name];
    svg.append(make("rect", { x, y, width: box.width, height, rx: 4 }), make("text", { x: x + 8, y: y + 17, class: "name" }, c.name));
    c.columns.forEach((column, i) => svg.append(make("text", { x: x + 8, y: y + 36 + box.line * i }, `${column.name}  ${column.target ? "→ " + column.target : column.type}`)));
  }
  $("diagram").replaceChildren(svg);
  $("dictionary").replaceChildren(...classes.map(dictionary));
}

function dictionary(c) {
  const head = ["Column", "Type", "Required", "Meaning"].map((h) => make("th", { scope: "col" }, h));
  const rows = c.columns.map((column) => make("tr", {},
    make("th", { scope: "row" }, column.name), make("td", {}, column.target ? `${column.type} to ${column.target}` : column.type), make("td", {}, column.required ? "yes" : ""),
    make("td", {}, column.meaning, ...(column.values ?? []).flatMap((v, i) => [i ? ", " : make("br"), make("code", {}, v)]))));
  return make("details", {}, make("summary", {}, c.name), make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `Columns of ${c.name}` },
    make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows))));
}
