"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const data = (id) => JSON.parse(document.getElementById(id).textContent);

// --- the theme: the system's, unless the user chose another ----------------------------------------

const THEMES = { "": "as the system", light: "light", dark: "dark" };
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
let theme = "";

function chooseTheme(next) {
  theme = next;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  one("#theme").textContent = `Theme: ${THEMES[theme]}`;
  draw();
}

const isDark = () => (theme ? theme === "dark" : systemIsDark.matches);

// --- the table: rows are tbody elements, so that details move with their row ------------------------

const rows = all("#rows > tbody");
const filter = one("#filter").elements;

function applyFilter() {
  const text = filter.text.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const fits =
      (!filter.workload.value || row.dataset.workload === filter.workload.value) &&
      (!filter.limited.value || row.dataset.limited.split(", ").includes(filter.limited.value)) &&
      row.dataset.text.includes(text);
    row.hidden = !fits;
    shown += fits;
  }
  one("#count").textContent = `${shown} of ${rows.length} rows`;
}

function sortBy(header) {
  const column = Number(one("button", header).dataset.column);
  const down = header.getAttribute("aria-sort") === "ascending";
  all("#rows thead th").forEach((th) => th.setAttribute("aria-sort", "none"));
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  const value = (row) => row.rows[0].cells[column].dataset.value;
  const ordered = [...rows].sort((a, b) => compare(value(a), value(b), down ? -1 : 1));
  one("#rows").append(...ordered);
}

function compare(a, b, sign) {
  // Missing values come last in both directions.
  if (a === "" || b === "") return (a === "") - (b === "");
  const numbers = Number(a) - Number(b);
  return sign * (Number.isNaN(numbers) ? a.localeCompare(b) : numbers);
}

function toggle(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
}

async function copy(button) {
  const text = button.previousElementSibling;
  getSelection().selectAllChildren(text); // so that Ctrl+C works if the clipboard is forbidden
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Selected: copy it with Ctrl+C";
  }
}

// --- the charts -----------------------------------------------------------------------------------

const charts = data("charts-data");
const themes = data("themes-data");
const chosen = one("#chart-form").elements;
let drawing = 0;

function currentChart() {
  const { kind, workload, framework } = chosen;
  const fits = (chart) =>
    chart.kind === kind.value &&
    (chart.workload === null || chart.workload === workload.value) &&
    (chart.framework === null || chart.framework === framework.value);
  const some = charts.filter((chart) => chart.kind === kind.value);
  workload.disabled = some.every((chart) => chart.workload === null);
  framework.disabled = some.every((chart) => chart.framework === null);
  return charts.find(fits);
}

// A single view adapts to the available width. Stacked views need an explicit width.
function fitted(spec) {
  const width = one("#chart").clientWidth;
  if (!spec.vconcat) return { ...spec, width, autosize: { type: "fit-x", contains: "padding" } };
  return { ...spec, vconcat: spec.vconcat.map((view) => ({ ...view, width: Math.max(120, Math.min(560, width - 130)) })) };
}

async function draw() {
  const chart = currentChart();
  const turn = ++drawing;
  one("#chart-text").textContent = chart ? chart.text : "Nothing was measured for this chart.";
  one("#chart-file").hidden = !chart;
  if (!chart) return one("#chart").replaceChildren();
  one("#chart-file").href = `${chart.name}.svg`;
  const { title, ...spec } = chart.spec;
  const target = document.createElement("div");
  target.style.width = "100%";
  one("#chart").replaceChildren(target);
  await vegaEmbed(target, fitted(chart.framework === null ? spec : chart.spec), {
    actions: false,
    ast: true, // interpret expressions, since the page's policy forbids compiling them
    renderer: "svg",
    config: { ...themes[isDark() ? "dark" : "light"], font: "system-ui, sans-serif" },
    defaultStyle: false,
    tooltip: { theme: isDark() ? "dark" : "light" },
  });
  if (turn === drawing) one("#chart").dataset.drawn = chart.name + (chart.framework ?? "");
}

// --- the address keeps filters and chart, so that a link shows the same ----------------------------

const fields = { "#filter": ["workload", "limited", "text"], "#chart-form": ["kind", "workload", "framework"] };

function remember() {
  const said = new URLSearchParams();
  for (const [form, names] of Object.entries(fields))
    for (const name of names) said.set(`${form === "#filter" ? "row" : "chart"}-${name}`, one(form).elements[name].value);
  history.replaceState(null, "", `#${said}`);
}

function recall() {
  const said = new URLSearchParams(location.hash.slice(1));
  for (const [form, names] of Object.entries(fields))
    for (const name of names) {
      const field = one(form).elements[name];
      const value = said.get(`${form === "#filter" ? "row" : "chart"}-${name}`);
      if (value === null) continue;
      field.value = value;
      if (field.selectedIndex === -1) field.selectedIndex = 0;
    }
}

one("#theme").addEventListener("click", () => {
  const names = Object.keys(THEMES);
  chooseTheme(names[(names.indexOf(theme) + 1) % names.length]);
});
systemIsDark.addEventListener("change", draw);
one("#rows thead").addEventListener("click", (event) => event.target.closest("th") && sortBy(event.target.closest("th")));
one("#rows").addEventListener("click", (event) => {
  if (event.target.matches(".open")) toggle(event.target);
  if (event.target.matches(".copy")) copy(event.target);
});
one("#filter").addEventListener("submit", (event) => event.preventDefault());
one("#filter").addEventListener("input", () => { applyFilter(); remember(); });
one("#chart-form").addEventListener("input", () => { draw(); remember(); });
addEventListener("hashchange", () => { recall(); applyFilter(); draw(); });
let resized = 0;
addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(draw, 150); });

recall();
applyFilter();
draw();
