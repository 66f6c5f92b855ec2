// What the pages do beyond HTML and htmx. Without scripts everything works by links and forms, but the upload of firmware.
"use strict";

// "/" leads to the search, as in most tools that search; Escape leaves it.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-search]");
  const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea");
  if (event.key === "/" && field && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && event.target === field) {
    field.blur();
  }
});

// A server that cannot be reached says nothing by itself.
const say = (text) => {
  const place = document.getElementById("messages");
  if (!place) return;
  const notice = document.createElement("div");
  notice.className = "notice bad";
  notice.setAttribute("role", "alert");
  notice.append(Object.assign(document.createElement("p"), { textContent: text }));
  place.replaceChildren(notice);
};
document.addEventListener("htmx:sendError", () => say("The server cannot be reached. Nothing was changed."));
document.addEventListener("htmx:timeout", () => say("The server did not answer in time."));
document.addEventListener("htmx:beforeRequest", () => document.getElementById("messages")?.replaceChildren());
