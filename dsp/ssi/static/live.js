// What happens now, by server-sent events: the strip of every page, and the table of the page Live.
// A page that nobody sees closes its line (browsers keep few of them), and goes on from where it was when it is seen again.
const strip = document.getElementById("live-strip");
const table = document.getElementById("live-rows");
const most = Number(table?.dataset.most ?? 200);
const byId = (id) => document.getElementById(id);

let source = null;
let position = table?.dataset.after ?? "";
let paused = false;
let held = [];
let came = 0;
let dropped = 0;
let drawing = false;

const line = (text) => {
  const place = byId("live-line");
  if (place && place.textContent !== text) place.textContent = text;
};

const cell = (row, text, className = "") => {
  const made = row.insertCell();
  made.className = className;
  made.textContent = text;
  return made;
};

// Texts are put in as texts: what an outsider named is never read as HTML.
const rowOf = (event) => {
  const row = document.createElement("tr");
  cell(row, event.at, "when");
  cell(row, event.kind);
  const device = cell(row, `${event.device_type} `);
  const link = document.createElement("a");
  link.className = "id";
  link.href = event.href;
  link.textContent = event.device;
  device.append(link);
  cell(row, event.what);
  const status = cell(row, "");
  if (event.status) {
    const badge = document.createElement("span");
    badge.className = `badge ${event.tone}`;
    badge.textContent = event.status;
    status.append(badge);
  }
  return row;
};

const draw = () => {
  drawing = false;
  if (table && !paused) {
    const rows = held.slice(-most).reverse().map(rowOf);
    dropped += Math.max(held.length - most, 0);
    held = [];
    table.prepend(...rows);
    while (table.rows.length > most) table.deleteRow(-1);
  }
  const counts = { "live-count": came, "live-dropped": dropped };
  for (const [id, number] of Object.entries(counts)) {
    const place = byId(id);
    if (place) place.textContent = number.toLocaleString("en");
  }
};

const take = (message) => {
  position = message.lastEventId || position;
  const parcel = JSON.parse(message.data);
  came += parcel.rows.length + parcel.dropped;
  dropped += parcel.dropped;
  if (parcel.skipped) byId("live-skipped")?.removeAttribute("hidden");
  if (table) {
    held.push(...parcel.rows);
    dropped += Math.max(held.length - most, 0);
    held = held.slice(-most);
  }
  const last = parcel.rows.at(-1);
  if (strip && last) {
    byId("live-last").textContent = `${last.device_type} ${last.device}: ${last.what}`;
    byId("live-number").textContent = came.toLocaleString("en");
  }
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(draw);
  }
  document.body.dispatchEvent(new CustomEvent("live-news"));
};

const close = () => {
  source?.close();
  source = null;
};

const open = () => {
  if (source || document.hidden) return;
  const asked = new URLSearchParams();
  if (position) asked.set("after", position);
  if (table?.dataset.of) asked.set("of", table.dataset.of);
  source = new EventSource(`/live/events?${asked}`);
  source.addEventListener("open", () => line("connected"));
  source.addEventListener("message", take);
  source.addEventListener("error", () => {
    line("not connected, trying again");
    if (source?.readyState === EventSource.CLOSED) {
      close();
      setTimeout(open, 5000);
    }
  });
};

byId("live-pause")?.addEventListener("click", (event) => {
  paused = !paused;
  event.target.textContent = paused ? "Go on" : "Pause";
  if (!paused) draw();
});
document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
window.addEventListener("pagehide", close);
if (strip || table) open();
