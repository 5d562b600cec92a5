// A press and its release make a click only if the element is still there at the release.
// settled(change) runs a change of the page at once, or after the release: so nobody's
// click is lost because an answer of the server came in between.
const settled = (() => {
  const tap = 100; // milliseconds from the release of a finger to the click, at most
  let pressed = false, timer = 0, waiting = [];

  const press = () => { clearTimeout(timer); pressed = true; };
  const release = () => {
    pressed = false;
    for (const change of waiting.splice(0)) change();
  };
  const soon = () => { clearTimeout(timer); if (pressed) timer = setTimeout(release, tap); };
  addEventListener("pointerdown", press, true);
  addEventListener("pointerup", soon, true);
  addEventListener("pointercancel", soon, true);
  // The release may go to another window.
  addEventListener("pointermove", e => { if (e.pointerType === "mouse" && !e.buttons) soon(); }, true);
  addEventListener("blur", soon);
  // The space bar presses a button or a box, and its release makes the click.
  addEventListener("keydown", e => { if (e.key === " ") press(); }, true);
  addEventListener("keyup", e => { if (e.key === " ") soon(); }, true);
  return change => { if (pressed) waiting.push(change); else change(); };
})();
