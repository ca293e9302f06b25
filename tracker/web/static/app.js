// Charts and small comforts; every page works without this file, but for the drawn charts.
"use strict";
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const money = (currency) => (v) =>
    v == null ? "–" : new Intl.NumberFormat(undefined, { style: "currency", currency, maximumFractionDigits: v < 20 ? 2 : 0 }).format(v);
  const axis = (extra) => ({ stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line") }, ...extra });

  // Dots of each kind, the fair value as a line and its interval as a band.
  function history(box, data) {
    const fmt = money(data.currency);
    const dots = (label, colour) => ({ label, stroke: css(colour), paths: () => null, points: { show: true, size: 5, fill: css(colour) }, value: (_, v) => fmt(v) });
    const series = [{}, ...data.kinds.map((kind) => dots(kind, `--${kind}`)),
      { label: "low", stroke: "transparent", value: (_, v) => fmt(v) },
      { label: "high", stroke: "transparent", value: (_, v) => fmt(v) },
      { label: "fair value", stroke: css("--accent"), width: 2, spanGaps: true, value: (_, v) => fmt(v) }];
    const low = data.kinds.length + 1;
    return draw(box, [data.days, ...data.points, data.low, data.high, data.fair], {
      series, bands: [{ series: [low + 1, low], fill: css("--accent-soft") + "aa" }],
      axes: [axis({}), axis({ size: 70, values: (_, ticks) => ticks.map(fmt) })],
      scales: { x: { time: true } },
    });
  }

  // Every card as a dot of VRAM against price; the frontier as a stepped line.
  function frontier(box, data) {
    const fmt = money(data.currency);
    const names = data.names;
    return draw(box, [data.vram, data.price, data.frontier], {
      series: [{ label: "VRAM", value: (_, v) => (v == null ? "–" : `${v} GB`) },
        { label: "card", stroke: css("--ask"), paths: () => null, points: { show: true, size: 7, fill: css("--ask") },
          value: (_, v, __, i) => (i == null ? "–" : `${names[i]} ${fmt(v)}`) },
        { label: "least for that VRAM", stroke: css("--accent"), width: 2, spanGaps: true, points: { show: false }, value: (_, v) => fmt(v) }],
      axes: [axis({ label: "VRAM, GB", values: (_, ticks) => ticks.map((v) => (Number.isInteger(v) ? v : "")) }), axis({ size: 70, values: (_, ticks) => ticks.map((v) => (v == null ? "" : fmt(v))) })],
      scales: { x: { time: false, distr: 3, log: 2 }, y: { distr: 3 } },
    });
  }

  function draw(box, rows, options) {
    const width = () => Math.max(280, box.clientWidth);
    const chart = new uPlot({ width: width(), height: box.dataset.chart === "frontier" ? 220 : 300, cursor: { drag: { x: true, y: false } }, ...options }, rows, box);
    new ResizeObserver(() => chart.setSize({ width: width(), height: chart.height })).observe(box);
    return chart;
  }

  const kinds = { history, frontier };
  function drawAll(root) {
    for (const box of root.querySelectorAll("[data-chart]")) {
      if (box.dataset.drawn) continue;
      box.dataset.drawn = "yes";
      box.hidden = false;
      kinds[box.dataset.chart](box, JSON.parse(box.dataset.values));
    }
  }

  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:after:swap", () => drawAll(document));
  // A slider says what it is set to.
  document.addEventListener("input", (event) => {
    const shown = event.target.closest("label")?.querySelector("output");
    if (shown) shown.textContent = event.target.value;
  });
  // Dark or light changed: the charts take the new colours.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const box of document.querySelectorAll("[data-chart]")) { box.replaceChildren(); delete box.dataset.drawn; }
    drawAll(document);
  });
})();
