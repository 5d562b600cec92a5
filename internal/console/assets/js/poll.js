// Fresh parts of a page. An element with an id and data-poll is replaced by the same
// element of the same page, fetched again. data-poll is the first wait in seconds. Each
// fetch that brings nothing new lengthens it, up to two minutes. A hidden tab fetches
// nothing. An element with data-poll-along is replaced with the others, and alone
// starts no fetch.
(() => {
  const longest = 120;
  const asked = () => [...document.querySelectorAll("[data-poll][id]")];
  const parts = () => [...document.querySelectorAll("[data-poll][id], [data-poll-along][id]")];
  if (!asked().length) return;

  // What a part says, without what differs each time.
  const essence = part => {
    const copy = part.cloneNode(true);
    for (const e of copy.querySelectorAll(".no-js")) e.remove();
    for (const t of copy.querySelectorAll("time")) { t.textContent = ""; t.title = ""; delete t.dataset.zoned; }
    for (const p of copy.querySelectorAll("progress")) { p.removeAttribute("value"); p.textContent = ""; }
    for (const key of copy.querySelectorAll("input[name=key]")) key.removeAttribute("value"); // new each time
    return copy.outerHTML;
  };
  const seen = new Map(parts().map(p => [p.id, essence(p)]));
  const first = () => Math.min(longest, ...asked().map(p => Number(p.dataset.poll) || 20));
  let wait = first(), timer = 0, last = Date.now(), busy = false, over = false;

  // Whoever types, chooses or marks in a part keeps it as it is.
  const inUse = part => {
    const at = document.activeElement;
    if (part.contains(at) && at.matches("input, select, textarea, button, summary, [contenteditable]")) return true;
    const marked = getSelection();
    if (marked && !marked.isCollapsed && marked.containsNode(part, true)) return true;
    return [...part.querySelectorAll("input, textarea, select")].some(c =>
      c.type === "checkbox" || c.type === "radio" ? c.checked !== c.defaultChecked :
      c.matches("select") ? [...c.options].some(o => o.selected !== o.defaultSelected) && c.selectedIndex > 0 :
      c.type !== "hidden" && c.value !== c.defaultValue);
  };
  // The same link or element, in the new part.
  const sameAs = (old, fresh) => {
    if (old.id) return fresh.querySelector("#" + CSS.escape(old.id));
    const href = old.getAttribute("href");
    return href && [...fresh.querySelectorAll("a[href]")].find(a => a.getAttribute("href") === href);
  };
  const replace = (part, fresh) => {
    const at = part.contains(document.activeElement) ? document.activeElement : null;
    const open = [...part.querySelectorAll("details[open]")];
    const [x, y] = [scrollX, scrollY];
    fresh = document.adoptNode(fresh);
    for (const e of fresh.querySelectorAll(".no-js")) e.remove();
    for (const d of open) { const same = d.id && fresh.querySelector("#" + CSS.escape(d.id)); if (same) same.open = true; }
    part.replaceWith(fresh);
    if (at) {
      const to = sameAs(at, fresh);
      if (to) to.focus({preventScroll: true});
      else { fresh.tabIndex = -1; fresh.focus({preventScroll: true}); }
    }
    if (scrollX !== x || scrollY !== y) scrollTo(x, y);
  };
  const announce = page => {
    const news = document.getElementById("news"), fresh = page.getElementById("news");
    if (news && fresh && fresh.dataset.news !== news.dataset.news) {
      news.dataset.news = fresh.dataset.news;
      news.textContent = fresh.dataset.news;
    }
  };

  const take = page => {
    let changed = false;
    for (const part of parts()) {
      const fresh = page.getElementById(part.id);
      if (!fresh || inUse(part)) continue;
      const now = essence(fresh);
      if (now === seen.get(part.id)) continue;
      seen.set(part.id, now);
      replace(part, fresh);
      changed = true;
    }
    announce(page);
    if (changed) document.dispatchEvent(new Event("fasttrack:shown"));
    return changed;
  };
  // Nobody is signed in any more. Whoever comes back to the tab may have signed in again.
  const end = stopped => {
    over = stopped;
    const note = document.getElementById("session-over");
    if (note) note.hidden = !stopped;
  };
  const poll = () => {
    clearTimeout(timer);
    if (busy || document.hidden) return;
    busy = true;
    last = Date.now();
    // The browser parses the page; no string of it becomes markup here.
    const call = new XMLHttpRequest();
    call.open("GET", location.href);
    call.responseType = "document";
    call.setRequestHeader("Fasttrack-Poll", "1");
    call.timeout = 30000;
    call.onloadend = () => settled(() => {
      busy = false;
      if (call.status === 401) return end(true);
      if (call.status === 200) end(false);
      const fine = call.status === 200 && call.responseXML && call.responseURL.split("#")[0] === location.href.split("#")[0];
      wait = fine && take(call.responseXML) ? first() : Math.min(longest, wait * 1.5);
      timer = setTimeout(poll, wait * 1000);
    });
    call.send();
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) return;
    wait = first();
    if (over || Date.now() - last > 2000) poll();
    else timer = setTimeout(poll, wait * 1000);
  });
  if (!document.hidden) timer = setTimeout(poll, wait * 1000);
})();
