"use strict";
(() => {
  const all = (query, root = document) => Array.from(root.querySelectorAll(query));
  const one = (query, root = document) => root.querySelector(query);
  const root = document.documentElement;

  // Light, dark, or as the system has it.
  const themes = ["auto", "light", "dark"];
  const button = one("#theme");
  const remembered = (() => { try { return localStorage.getItem("normalize-theme"); } catch { return null; } })();
  const setTheme = (name) => {
    if (name === "auto") delete root.dataset.theme; else root.dataset.theme = name;
    button.textContent = { auto: "Auto", light: "Light", dark: "Dark" }[name];
    button.dataset.name = name;
    try { localStorage.setItem("normalize-theme", name); } catch { /* pages of files may have no storage */ }
  };
  setTheme(themes.includes(remembered) ? remembered : "auto");
  button.addEventListener("click", () => setTheme(themes[(themes.indexOf(button.dataset.name) + 1) % 3]));

  // A change says why, and shows its other side.
  const steps = JSON.parse(one("#steps").textContent);
  const why = one("#why");
  let twins = [];
  const pair = (mark) => {
    const row = mark.closest(".row");
    const place = all(mark.tagName, row).indexOf(mark);
    return { before: all("del", row)[place], after: all("ins", row)[place] };
  };
  const tell = (mark) => {
    twins.forEach((item) => item.classList.remove("twin"));
    twins = [];
    why.classList.toggle("shown", Boolean(mark));
    if (!mark) return;
    const { before, after } = pair(mark);
    twins = [before, after];
    twins.forEach((item) => item.classList.add("twin"));
    const line = one("div", why);
    line.replaceChildren();
    const add = (kind, text, name) => {
      const item = document.createElement(kind);
      item.textContent = text;
      if (name) item.className = name;
      line.append(item);
    };
    const old = before.textContent;
    const now = after.textContent;
    add("span", old === now ? old : `${old || "nothing"} → ${now || "nothing"}`, "pair path");
    for (const [name, certainty, reason] of steps[mark.dataset.s]) {
      add("code", name);
      add("span", certainty, `badge ${certainty}`);
      if (reason) add("span", reason);
    }
  };
  const marked = (event) => event.target.closest && event.target.closest("del[data-s], ins[data-s]");
  document.addEventListener("pointerover", (event) => {
    const mark = marked(event);
    if (mark) tell(mark);
  });
  document.addEventListener("click", (event) => tell(marked(event)));
  document.addEventListener("focusin", (event) => { if (marked(event)) tell(marked(event)); });

  // The documents: a list that filters, shared by those worth a look.
  const data = one("#data") ? JSON.parse(one("#data").textContent) : null;
  const STEP = 100;
  let found = [];
  let shown = STEP;
  const control = (name) => one(`#filter-${name}`);
  const matches = (row) => {
    const status = control("status").value;
    const rule = control("rule").value;
    const encoding = control("encoding").value;
    const text = control("text").value.trim().toLowerCase();
    return (!status || row.status === status)
      && (!rule || row.rules.includes(Number(rule)))
      && (!encoding || row.encoding === encoding)
      && (!text || row.text.includes(text));
  };
  const cell = (line, text, name, label) => {
    const item = line.insertCell();
    item.textContent = text;
    if (name) item.className = name;
    if (label) item.dataset.name = label;
    return item;
  };
  const fill = (body, from) => {
    for (const row of found.slice(from, shown)) {
      const line = body.insertRow();
      line.tabIndex = -1;
      const first = cell(line, "");
      const name = document.createElement(row.place ? "a" : "span");
      if (row.place) name.href = `#${row.place}`;
      name.className = "path";
      name.textContent = row.path;
      first.append(name);
      for (const text of [row.output && `to ${row.output}`, row.error].filter(Boolean)) {
        const note = document.createElement("p");
        note.className = "error";
        note.textContent = text;
        first.append(note);
      }
      const status = cell(line, "");
      const badge = document.createElement("span");
      badge.className = `badge ${row.status}`;
      badge.textContent = row.status;
      status.append(badge);
      cell(line, row.format);
      cell(line, row.encoding);
      cell(line, row.script);
      cell(line, row.changes ? row.changes.toLocaleString("en") : "", "number", "changes");
      cell(line, row.lost ? String(row.lost) : "", "number", "lost");
    }
    one("#more").hidden = shown >= found.length;
  };
  const show = () => {
    found = data.rows.filter(matches);
    shown = STEP;
    const body = one("#documents tbody");
    body.replaceChildren();
    fill(body, 0);
    one("#found").textContent = found.length === data.rows.length
      ? `${found.length.toLocaleString("en")} documents`
      : `${found.length.toLocaleString("en")} of ${data.rows.length.toLocaleString("en")} documents`;
    const paths = new Set(found.map((row) => row.number));
    for (const item of all(".worth")) item.hidden = !paths.has(Number(item.dataset.row));
    for (const group of all(".reason")) group.hidden = !all(".worth", group).some((item) => !item.hidden);
    if (one("#worth")) one("#worth").hidden = !all(".reason").some((group) => !group.hidden);
    one("#nothing").hidden = found.length > 0;
  };
  if (data) {
    const names = data.columns;
    data.rows = data.rows.map((values, number) => {
      const row = Object.fromEntries(names.map((name, place) => [name, values[place]]));
      row.number = number;
      row.status = data.statuses[row.status];
      row.encoding = data.encodings[row.encoding];
      row.text = `${row.path} ${row.output} ${row.error} ${row.format}`.toLowerCase();
      return row;
    });
    for (const item of all(".worth")) {
      const row = data.rows[Number(item.dataset.row)];
      if (row) row.text += ` ${item.textContent.toLowerCase()}`;
    }
    let waiting = 0;
    for (const name of ["status", "rule", "encoding"]) control(name).addEventListener("change", show);
    control("text").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
    one("#clear").addEventListener("click", () => {
      for (const name of ["status", "rule", "encoding", "text"]) control(name).value = "";
      show();
    });
    one("#more").addEventListener("click", () => {
      const from = shown;
      shown += STEP;
      fill(one("#documents tbody"), from);
    });
    for (const item of all("[data-filter]")) {
      item.addEventListener("click", () => {
        control(item.dataset.filter).value = item.dataset.value;
        show();
        one("#look").scrollIntoView();
      });
    }
    show();
  }
  const open = () => {
    const item = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (item && item.tagName === "DETAILS") item.open = true;
  };
  window.addEventListener("hashchange", open);
  open();

  // The keyboard: j and k go from document to document, n and p from change to change.
  const visible = (item) => item.getClientRects().length > 0;
  const move = (items, current, by) => {
    const places = items.filter(visible);
    if (!places.length) return null;
    const at = places.indexOf(current);
    return places[at < 0 ? (by > 0 ? 0 : places.length - 1) : Math.min(Math.max(at + by, 0), places.length - 1)];
  };
  let current = null;
  const mark = (item) => {
    if (current) current.classList.remove("current");
    current = item;
    if (current) current.classList.add("current");
  };
  const go = (by) => {
    const next = move(all(".worth, #documents tbody tr"), current, by);
    if (!next) return;
    mark(next);
    (one("summary", current) || one("a", current) || current).focus({ preventScroll: true });
    current.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    if (current && current.tagName === "DETAILS") current.open = true;
    const changes = all("ins[data-s]").filter(visible);
    const focused = document.activeElement.closest("ins[data-s]");
    const first = current && changes.find((item) => current.contains(item));
    const next = focused || !first ? move(changes, focused, by) : first;
    if (!next) return;
    mark(next.closest(".worth"));
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  };
  const help = one("#help");
  one("#ask").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      tell(null);
      if (typing) event.target.blur();
      return;
    }
    if (typing || help.open) return;
    const action = {
      j: () => go(1),
      k: () => go(-1),
      n: () => step(1),
      p: () => step(-1),
      o: () => { if (current && current.tagName === "DETAILS") current.open = !current.open; },
      "/": () => control("text") && control("text").focus(),
      "?": () => help.showModal(),
      t: () => button.click(),
    }[event.key];
    if (action) { event.preventDefault(); action(); }
  });
})();
