// Charts and small comforts; every page works without this file, but for the drawn charts.
"use strict";
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const money = (currency) => (v) =>
    v == null ? "–" : new Intl.NumberFormat(undefined, { style: "currency", currency, maximumFractionDigits: v < 20 ? 2 : 0 }).format(v);
  const axis = (extra) => ({ stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line") }, ...extra });

  const days = { space: 70, incrs: [1, 2, 7, 14, 30, 61, 91, 182, 365].map((n) => n * 86400),
    values: (_, ticks) => ticks.map((t) => new Date(t * 1000).toISOString().slice(0, 10)) };

  // Dots of each kind, the fair value as a line and its interval as a band; what happened as dashed lines.
  function history(box, data) {
    const fmt = money(data.currency);
    const dots = (label, colour) => ({ label, stroke: css(colour), width: 1, paths: () => null, points: { show: true, size: 6, fill: css(colour) }, value: (_, v) => fmt(v) });
    const line = (label, more) => ({ label, spanGaps: true, points: { show: false }, value: (_, v) => fmt(v), ...more });
    const series = [{ value: (_, t) => (t == null ? "–" : new Date(t * 1000).toISOString().slice(0, 10)), label: "day" },
      ...data.kinds.map((kind) => dots(kind, `--${kind}`)),
      line("80 % from", { stroke: css("--band"), width: 1 }), line("to", { stroke: css("--band"), width: 1 }),
      line("fair value", { stroke: css("--accent"), width: 2 })];
    const low = data.kinds.length + 1;
    return draw(box, [data.days, ...data.points, data.low, data.high, data.fair], {
      series, bands: [{ series: [low + 1, low], fill: css("--band") }],
      axes: [axis(days), axis({ size: 70, values: (_, ticks) => ticks.map(fmt) })],
      scales: { x: { time: true } }, tzDate: (t) => uPlot.tzDate(new Date(t * 1000), "Etc/UTC"),
      hooks: { draw: [(chart) => events(chart, data.events)] },
    });
  }

  function events(chart, found) {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.setLineDash([4, 4]);
    ctx.strokeStyle = ctx.fillStyle = css("--soft");
    ctx.font = `${11 * devicePixelRatio}px sans-serif`;
    found.forEach((event, place) => {
      const x = chart.valToPos(event.at, "x", true);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillText(event.what, x + 4, bbox.top + (12 + 14 * (place % 3)) * devicePixelRatio);
    });
    ctx.restore();
  }

  // Every card as a dot of VRAM against price; the frontier as a line.
  function frontier(box, data) {
    const fmt = money(data.currency);
    const names = data.names;
    const round = (ticks) => ticks.map((v) => (v && /^[125]0*$/.test(String(v)) ? fmt(v) : null));
    return draw(box, [data.vram, data.price, data.frontier], {
      series: [{ label: "VRAM", value: (_, v) => (v == null ? "–" : `${v} GB`) },
        { label: "card", stroke: css("--ask"), paths: () => null, points: { show: true, size: 7, fill: css("--ask") },
          value: (_, v, __, i) => (i == null ? "–" : `${names[i]} ${fmt(v)}`) },
        { label: "least for that VRAM", stroke: css("--accent"), width: 2, spanGaps: true, points: { show: false }, value: (_, v) => fmt(v) }],
      axes: [axis({ values: (_, ticks) => ticks.map((v) => (Number.isInteger(v) ? `${v} GB` : "")) }),
        axis({ size: 66, space: 14, grid: { show: false }, values: (_, ticks) => round(ticks) })],
      scales: { x: { time: false, distr: 3, log: 2 }, y: { distr: 3 } },
    });
  }

  function draw(box, rows, options) {
    const width = () => Math.max(280, box.clientWidth);
    const chart = new uPlot({ width: width(), height: box.dataset.chart === "frontier" ? 170 : 320, cursor: { drag: { x: true, y: false } }, ...options }, rows, box);
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
  // The form follows a column that was chosen in the table, and the keyboard stays where it was.
  function follow() {
    const sort = document.getElementById("results")?.dataset.sort;
    const select = document.querySelector("select[name=sort]");
    if (!sort || !select) return;
    if (select.value !== sort) select.value = sort;
    if (document.activeElement === document.body) document.getElementById(`sort-${sort}`)?.focus({ preventScroll: true });
  }
  document.addEventListener("htmx:after:swap", () => { drawAll(document); follow(); });
  // A slider says what it is set to.
  document.addEventListener("input", (event) => {
    const shown = event.target.closest("label")?.querySelector(".shown");
    if (shown) shown.textContent = event.target.value;
  });
  // Dark or light changed: the charts take the new colours.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const box of document.querySelectorAll("[data-chart]")) { box.replaceChildren(); delete box.dataset.drawn; }
    drawAll(document);
  });
})();
