/* The review desk: choose all safe ones of the page, see how many, walk the rows by arrow keys. */
(() => {
  "use strict";
  const form = document.querySelector("[data-review]");
  if (!form) return;

  const all = form.querySelector("[data-review-all]");
  const boxes = [...form.querySelectorAll("input[name=inspection]:not(:disabled)")];
  const rows = [...form.querySelectorAll("tbody tr")];

  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    form.querySelector("[data-review-count]").textContent = chosen ? `（${chosen} 条）` : "";
    form.querySelector("button[type=submit]").disabled = chosen === 0;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };

  form.addEventListener("change", (event) => {
    if (event.target === all) {
      boxes.forEach((box) => {
        box.checked = all.checked;
      });
    }
    count();
  });

  const handle = (row) => row.querySelector("input:not(:disabled)") || row.querySelector("a");

  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    if (event.key === "Enter" && row && event.target.matches("input")) {
      event.preventDefault();
      row.querySelector("a").click();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const next = row ? rows[rows.indexOf(row) + step] : rows[0];
    if (!next) return;
    event.preventDefault();
    handle(next).focus();
  });

  all.disabled = boxes.length === 0;
  count();
})();
