// Shows news without a reload by hand: when something has changed, and nobody is typing.
"use strict";
(function () {
  var body = document.body;
  var dirty = false;
  document.addEventListener("input", function () { dirty = true; });
  function look() {
    fetch(body.dataset.poll, { cache: "no-store" })
      .then(function (r) { return r.ok ? r.text() : body.dataset.state; })
      .then(function (now) {
        if (now !== body.dataset.state && !dirty) { location.reload(); return; }
        setTimeout(look, 1000);
      })
      .catch(function () { setTimeout(look, 5000); });
  }
  setTimeout(look, 1000);
})();
