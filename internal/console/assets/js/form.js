// Forms whose fields depend on one another. When one is changed that others depend on, the
// server evaluates the form, as its button Next does without this script, and the parts
// that differ are replaced. Sensitive values stay on the page: they are not sent for this.
(() => {
  const fields = document.getElementById("fields");
  const form = fields?.closest("form");
  if (!form) return;
  const to = new URL(fields.dataset.next, location.href);
  if (to.origin !== location.origin) return;
  let call = null;

  const typed = () => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !name.startsWith("s.")) body.append(name, value);
    }
    body.append("next", "1");
    return body.toString();
  };
  const own = (part, name) => [...part.querySelectorAll("input, textarea, select")].filter(e => e.name.startsWith(name));

  // What is typed elsewhere stays: only a part that depends on something else than before
  // is another.
  const apply = page => {
    const next = page.getElementById("fields");
    if (!next) return;
    const had = document.activeElement?.id;
    const parts = [...next.children].map(part => {
      const now = part.id && document.getElementById(part.id);
      if (now && now.dataset.as === part.dataset.as) return now;
      for (const e of part.querySelectorAll(".no-js")) e.remove();
      const fresh = document.adoptNode(part);
      for (const e of fresh.querySelectorAll("[data-search]")) e.setAttribute("form", "");
      if (now) for (const [i, e] of own(now, "s.").entries()) own(fresh, "s.")[i].value = e.value;
      return fresh;
    });
    // What stays is not moved: it keeps its place of typing, and a press on it.
    for (const e of [...fields.children]) if (!parts.includes(e)) e.remove();
    for (const [i, e] of parts.entries()) if (fields.children[i] !== e) fields.insertBefore(e, fields.children[i] ?? null);
    if (had && document.activeElement?.id !== had) document.getElementById(had)?.focus();
    document.dispatchEvent(new Event("fasttrack:shown"));
  };

  const evaluate = (attempt = 0) => {
    call?.abort();
    const body = typed();
    const now = call = new XMLHttpRequest();
    now.open("POST", to.href);
    now.responseType = "document";
    now.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    now.timeout = 20000;
    fields.setAttribute("aria-busy", "true");
    now.onload = () => {
      if (now.status === 401) {
        const note = document.getElementById("session-over");
        if (note) note.hidden = false;
      }
      if (now.status !== 200 || !now.responseXML) return;
      settled(() => {
        if (call !== now) return;
        if (typed() === body) apply(now.responseXML);
        else evaluate(); // somebody typed on
      });
    };
    now.onloadend = () => {
      if (call !== now) return;
      fields.removeAttribute("aria-busy");
      if ((now.status === 0 || now.status >= 500) && attempt < 3) setTimeout(() => { if (call === now) evaluate(attempt + 1); }, 500 << attempt);
    };
    now.send(body);
  };
  fields.addEventListener("change", e => {
    if (e.target.closest("[data-governs]") && !e.target.matches("[data-search]")) evaluate();
  });
})();
