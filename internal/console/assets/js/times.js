// The script only adds to pages that work without it. It has no words of its own: the
// server sends them in data-words.

// Times, in the browser's zone and with its name. Count-downs move each second.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  for (const e of document.querySelectorAll(".no-js")) e.remove();
  const words = JSON.parse(root.dataset.words);
  const date = {day: "numeric", month: "short", year: "numeric"};
  const minute = {hour: "2-digit", minute: "2-digit", timeZoneName: "short"};
  const exact = new Intl.DateTimeFormat("en-GB", {...date, ...minute});
  const full = new Intl.DateTimeFormat("en-GB", {...date, ...minute, second: "2-digit"});
  const day = new Intl.DateTimeFormat("en-GB", date);
  const two = n => String(n).padStart(2, "0");

  const left = ms => {
    const s = Math.round(ms / 1000);
    if (s <= 0) return words["now"];
    if (s >= 172800) return `${Math.floor(s / 86400)} ${words.days}`;
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    if (h) return `${h} ${words.h} ${two(m)} ${words.min}`;
    return s >= 600 ? `${m} ${words.min}` : `${m}:${two(s % 60)}`;
  };
  const ago = (ms, at) => {
    const s = ms / 1000;
    if (s < 45) return words["just now"];
    if (s < 3600) return `${Math.round(s / 60)} ${words.min} ${words.ago}`;
    if (s < 86400) return `${Math.round(s / 3600)} ${words.h} ${words.ago}`;
    const days = Math.round(s / 86400);
    if (s < 14 * 86400) return `${days} ${days === 1 ? words.day : words.days} ${words.ago}`;
    return day.format(at);
  };
  const write = (e, text) => { if (e.textContent !== text) e.textContent = text; };

  const show = () => {
    const now = Date.now();
    for (const t of document.querySelectorAll("time")) {
      const at = new Date(t.dateTime);
      if (isNaN(at)) continue;
      if ("left" in t.dataset) write(t, left(at - now));
      else if ("clock" in t.dataset) write(t, ago(now - at, at));
      else if ("exact" in t.dataset) write(t, exact.format(at));
      if (t.title && !t.dataset.zoned) {
        t.dataset.zoned = "1";
        t.title = full.format(at);
      }
    }
    for (const p of document.querySelectorAll("progress[data-from]")) {
      const from = new Date(p.dataset.from), to = new Date(p.dataset.to);
      p.value = Math.max(0, Math.min(100, 100 * (to - now) / (to - from)));
    }
  };
  const zone = document.querySelector("input[data-zone]");
  if (zone && zone.value === zone.defaultValue) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || zone.value;
  // The poll remembers the page as the server sent it, before it is changed here.
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("fasttrack:shown", show);
  setInterval(() => { if (!document.hidden) show(); }, 1000);
})();
