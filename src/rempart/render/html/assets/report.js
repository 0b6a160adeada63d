"use strict";
// Search, sort, open and copy. The page is whole without this script.
(function () {
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const all = (root, selector) => Array.from(root.querySelectorAll(selector));

  for (const tools of all(document, "[data-rp-tools]")) {
    const target = document.getElementById(tools.dataset.rpTools);
    const items = target ? all(target, "[data-rp-item]") : [];
    if (!items.length) continue;
    tools.hidden = false;
    const texts = items.map((item) => plain(item.textContent));
    const search = tools.querySelector("[data-rp-search]");
    const pick = tools.querySelector("[data-rp-pick]");
    const count = tools.querySelector("[data-rp-count]");
    const apply = () => {
      const wanted = search ? plain(search.value.trim()) : "";
      const level = pick ? pick.value : "";
      let shown = 0;
      items.forEach((item, k) => {
        const levels = (item.dataset.rpLevel || "").split(" ");
        const keep = texts[k].includes(wanted) && (!level || levels.includes(level));
        item.hidden = !keep;
        if (keep) shown += 1;
      });
      for (const group of all(target, "[data-rp-group]"))
        group.hidden = !group.querySelector("[data-rp-item]:not([hidden])");
      if (count) count.textContent = wanted || level ? `${shown} sur ${items.length}` : "";
    };
    if (search) search.addEventListener("input", apply);
    if (pick) pick.addEventListener("change", apply);
    const open = tools.querySelector("[data-rp-open]");
    if (open) open.addEventListener("click", () => {
      const opening = items.some((item) => !item.hidden && !item.open);
      for (const item of items) if (!item.hidden) item.open = opening;
      open.textContent = opening ? "Tout fermer" : "Tout ouvrir";
    });
  }

  const order = new Intl.Collator("fr", { numeric: true });
  for (const table of all(document, "table[data-rp-sort]")) {
    all(table, "thead th").forEach((cell, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") === "ascending";
        for (const other of all(table, "thead th")) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[column].dataset.v || row.cells[column].textContent.trim();
        const body = table.tBodies[0];
        const rows = Array.from(body.rows).sort((a, b) => order.compare(key(a), key(b)));
        body.append(...(down ? rows.reverse() : rows));
      });
    });
  }

  for (const block of all(document, "[data-rp-copy]")) {
    if (!navigator.clipboard) break;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copier";
    button.addEventListener("click", () => navigator.clipboard.writeText(block.textContent).then(
      () => { button.textContent = "Copié"; }, () => { button.textContent = "Copie refusée"; }));
    block.after(button);
  }

  const reveal = () => {
    let found = null;
    try { found = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (found && found.matches("details")) { found.open = true; found.scrollIntoView(); }
  };
  window.addEventListener("hashchange", reveal);
  reveal();
})();
