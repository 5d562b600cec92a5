// A code from the address: Slack links to the page with it as the fragment, which no
// server gets. It is filled in and taken off the address. Nothing is sent before the
// person presses the button.
(() => {
  const take = () => {
    const field = document.querySelector("[data-code]");
    const code = location.hash.slice(1);
    if (!field || !/^[A-Za-z2-7]{4}-[A-Za-z2-7]{4}$/.test(code)) return;
    field.value = code.toUpperCase();
    history.replaceState(null, "", location.pathname + location.search);
    field.focus();
  };
  take();
  addEventListener("hashchange", take); // the page was open already
})();
