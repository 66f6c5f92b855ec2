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

// As everywhere in the pages: UTC, years first, 24 hours.
const moment = (at) => new Date(at * 1000).toISOString().slice(0, 19).replace("T", " ");
const ticks = (_, splits, __, ___, step) =>
  splits.map((at, place) => {
    if (step >= 86400) return moment(at).slice(0, 10);
    const time = moment(at).slice(11, step < 60 ? 19 : 16);
    return place === 0 || at % 86400 === 0 ? `${time}\n${moment(at).slice(0, 10)}` : time;
  });

const axis = (stroke, grid, more = {}) => ({ stroke, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, ...more });

const options = (chart) => {
  const stroke = colour("quiet");
  const grid = colour("grid-colour");
  return {
    width: place.clientWidth,
    height: 260,
    padding: [8, 36, 0, 8],
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    axes: [
      axis(stroke, grid, { values: ticks }),
      axis(stroke, grid, { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000] }),
    ],
    scales: { y: { range: (_, __, most) => [0, Math.max(most, 1)] } },
    series: [
      { label: "UTC", value: (_, at) => (at == null ? "" : moment(at)) },
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

const AWAY = "Not up to date: the server does not answer";
const SIGNED_OUT = "Your session has ended: sign in";
const standing = document.getElementById("up-to-date");
const say = (text) => {
  if (standing.textContent !== text) standing.textContent = text;
};

const look = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${place.dataset.progress}?seen=${drawn.changes}`, {
      headers: { "X-Background": "yes" },
      signal: AbortSignal.timeout(10_000),
    });
    say(answer.redirected ? SIGNED_OUT : answer.ok ? "" : AWAY);
    if (answer.status !== 200 || answer.redirected) return;
    draw(await answer.json());
    document.body.dispatchEvent(new CustomEvent("campaign-changed"));
  } catch {
    say(AWAY); // The next look may find it.
  }
};

draw(drawn);
setInterval(look, 1000);
new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: 260 })).observe(place);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(drawn));
