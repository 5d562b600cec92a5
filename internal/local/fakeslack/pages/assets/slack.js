// Shows news without a reload by hand: when something has changed, and nobody is typing,
// at a control, or pressing one: a click is lost if its page goes before the release.
"use strict";
(function () {
  var body = document.body;
  var dirty = false, pressed = false;
  document.addEventListener("input", function () { dirty = true; });
  addEventListener("pointerdown", function () { pressed = true; }, true);
  ["pointerup", "pointercancel", "blur"].forEach(function (end) {
    addEventListener(end, function () { setTimeout(function () { pressed = false; }, 100); }, true);
  });
  function busy() {
    return dirty || pressed || document.activeElement.matches("input, select, textarea, button, summary");
  }
  function look() {
    fetch(body.dataset.poll, { cache: "no-store" })
      .then(function (r) { return r.ok ? r.text() : body.dataset.state; })
      .then(function (now) {
        if (now !== body.dataset.state && !busy()) { location.reload(); return; }
        setTimeout(look, 1000);
      })
      .catch(function () { setTimeout(look, 5000); });
  }
  setTimeout(look, 1000);
})();
