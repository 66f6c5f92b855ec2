// Comforts only: without this script the page says the same.
(() => {
  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", () => act(made));
    return made;
  };
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.scrollIntoView();
    }
  };
  for (const section of document.querySelectorAll("section.scenario")) {
    const devices = [...section.querySelectorAll("details.device")];
    if (devices.length > 1) {
      const tools = document.createElement("div");
      tools.className = "tools";
      const all = (open) => () => devices.forEach((device) => (device.open = open));
      tools.append(button("Open all", all(true)), button("Close all", all(false)));
      devices[0].before(tools);
    }
  }
  if (navigator.clipboard) {
    for (const code of document.querySelectorAll("code.copied")) {
      code.after(
        button("Copy", (made) =>
          navigator.clipboard.writeText(code.textContent).then(() => (made.textContent = "Copied"))
        )
      );
    }
  }
  addEventListener("hashchange", openTarget);
  openTarget();
})();
