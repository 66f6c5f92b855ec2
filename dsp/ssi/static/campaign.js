// The chart of a campaign, and a look each second whether a Device has moved; then the tables are fetched anew.
const place = document.getElementById("plot");
let plot = null;
let drawn = JSON.parse(place.dataset.chart);

// Colours are the style sheet's: read off an element of the class that has them.
const colour = (className) => {
  const probe = document.createElement("span");
  probe.className = className;
  place.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};

const axis = (stroke, grid, more = {}) => ({ stroke, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, ...more });

const options = (chart) => {
  const stroke = colour("quiet");
  const grid = colour("grid-colour");
  return {
    width: place.clientWidth,
    height: 260,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    axes: [axis(stroke, grid), axis(stroke, grid, { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000] })],
    scales: { y: { range: (_, __, most) => [0, Math.max(most, 1)] } },
    series: [
      { label: "UTC" },
      ...chart.steps.map((step) => ({
        label: step.name,
        stroke: colour(`swatch s${step.number}`),
        width: 2,
        paths: uPlot.paths.stepped({ align: 1 }),
        points: { show: chart.at.length === 1 },
      })),
    ],
  };
};

const draw = (chart) => {
  drawn = chart;
  plot?.destroy();
  plot = new uPlot(options(chart), [chart.at, ...chart.steps.map((step) => step.counts)], place);
};

const look = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${place.dataset.progress}?seen=${drawn.changes}`, { headers: { "X-Background": "yes" } });
    if (answer.status !== 200 || answer.redirected) return;
    draw(await answer.json());
    document.body.dispatchEvent(new CustomEvent("campaign-changed"));
  } catch {
    // The server is away: the strip says so, and the next look may find it.
  }
};

draw(drawn);
setInterval(look, 1000);
new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: 260 })).observe(place);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(drawn));
