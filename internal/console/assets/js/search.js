// Search while typing. data-search of a field is the address of a page that finds, and
// data-into the id, after a #, of the element that takes its body. Enter finds at once: it
// never sends the form around the field.
(() => {
  const pause = 250;
  const calls = new WeakMap(), timers = new WeakMap();

  // What was chosen stays chosen, though it is not found again.
  const show = (into, body) => {
    const chosen = [...into.querySelectorAll("input:checked")];
    const found = [...document.adoptNode(body).childNodes];
    const values = new Set(found.flatMap(n => n.querySelectorAll ? [...n.querySelectorAll("input")] : []).map(i => i.value));
    const kept = chosen.filter(i => i.value && !values.has(i.value)).map(i => i.closest("label")).filter(Boolean);
    into.replaceChildren(...kept, ...found);
    for (const i of into.querySelectorAll("input")) if (chosen.some(c => c.value === i.value)) i.checked = true;
    document.dispatchEvent(new Event("fasttrack:shown"));
  };

  const find = field => {
    clearTimeout(timers.get(field));
    calls.get(field)?.abort();
    const into = document.getElementById(field.dataset.into.replace("#", ""));
    if (!into) return;
    const to = new URL(field.dataset.search, location.href);
    if (to.origin !== location.origin) return;
    to.searchParams.set("q", field.value);
    const call = new XMLHttpRequest();
    calls.set(field, call);
    call.open("GET", to.href);
    call.responseType = "document";
    call.setRequestHeader("Fasttrack-Poll", "1");
    call.timeout = 20000;
    into.setAttribute("aria-busy", "true");
    call.onload = () => {
      if (call.status === 401) {
        const note = document.getElementById("session-over");
        if (note) note.hidden = false;
      }
      if (call.status !== 200 || !call.responseXML) return;
      settled(() => { if (calls.get(field) === call) show(into, call.responseXML.body); });
    };
    call.onloadend = () => { if (calls.get(field) === call) into.removeAttribute("aria-busy"); };
    call.send();
  };
  // A field of no form sends none, whatever presses Enter in it.
  for (const field of document.querySelectorAll("[data-search]")) field.setAttribute("form", "");
  document.addEventListener("input", e => {
    if (!e.target.matches?.("[data-search]")) return;
    clearTimeout(timers.get(e.target));
    timers.set(e.target, setTimeout(find, pause, e.target));
  });
  document.addEventListener("keydown", e => {
    if (e.key !== "Enter" || e.isComposing || !e.target.matches?.("[data-search]")) return;
    e.preventDefault();
    find(e.target);
  });
})();
