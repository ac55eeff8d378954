/* While Chinese is being composed in a search box, the letters under way are nobody's name yet. */
(() => {
  "use strict";
  document.querySelectorAll("input[data-composing]").forEach((input) => {
    input.addEventListener(
      "input",
      (event) => {
        if (event.isComposing) event.stopImmediatePropagation();
      },
      { capture: true },
    );
    input.addEventListener("compositionend", () => {
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
})();
