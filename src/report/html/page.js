"use strict";
// Everything can be read without this. It filters rows, opens the one that the address names, and copies commands.
(() => {
  const form = document.querySelector("form.filters");
  if (form) {
    const rows = [...document.querySelectorAll("[data-verdict]")];
    const texts = rows.map((row) => (row.querySelector("summary, th, .line") ?? row).textContent.toLowerCase()
      + (row.nextElementSibling?.className === "why" ? row.nextElementSibling.textContent.toLowerCase() : "")
      + (row.querySelector(".reason")?.textContent.toLowerCase() ?? ""));
    const groups = [...document.querySelectorAll("section.area, tbody.area")];
    const output = form.querySelector("output");
    const apply = () => {
      const data = new FormData(form);
      const [verdicts, levels] = [data.getAll("verdict"), data.getAll("level")];
      const [area, text] = [data.get("area"), (data.get("text") ?? "").trim().toLowerCase()];
      let shown = 0;
      rows.forEach((row, at) => {
        const some = row.dataset.verdict.split(" ").some((verdict) => verdicts.includes(verdict));
        const fits = some && levels.includes(row.dataset.level)
          && (!area || row.dataset.area === area) && texts[at].includes(text);
        row.hidden = !fits;
        if (row.nextElementSibling?.className === "why") row.nextElementSibling.hidden = !fits;
        shown += fits;
      });
      groups.forEach((group) => { group.hidden = !group.querySelector("[data-verdict]:not([hidden])"); });
      output.textContent = `${shown} of ${rows.length} rows`;
    };
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    const choose = (takes) => () => {
      form.reset();
      for (const box of form.querySelectorAll("[name=verdict]")) box.checked = takes(box.value);
      apply();
    };
    form.querySelector(".bad-only").addEventListener("click", choose((verdict) => ["fail", "blocked", "error"].includes(verdict)));
    form.querySelector(".all").addEventListener("click", choose(() => true));
    apply();
  }
  if (navigator.clipboard) {
    for (const command of document.querySelectorAll("pre.command")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(command.textContent);
        button.textContent = "Copied";
      });
      command.before(button);
    }
  }
  const open = () => {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { /* Not encoded: it is taken as it stands. */ }
    const target = name && document.getElementById(name);
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      at.hidden = false;
      if (at.tagName === "DETAILS") at.open = true;
    }
    const inside = target.querySelector(":scope > details");
    if (inside) inside.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
})();
