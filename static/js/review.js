/* Lists to tick: choose all of the page, see how many, walk the rows by arrow keys.
   data-review holds the unit that is counted; a button may stand outside of it, marked data-review-submit. */
(() => {
  "use strict";
  const form = document.querySelector("[data-review]");
  const all = form && form.querySelector("[data-review-all]");
  if (!all) return;

  const unit = form.dataset.review || "条";
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")];
  const number = document.querySelector("[data-review-count]");
  const inside = form.querySelectorAll("button[type=submit]");
  const buttons = [...(inside.length ? inside : document.querySelectorAll("[data-review-submit]"))];
  const rows = [...form.querySelectorAll("tbody tr")];

  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    number.textContent = chosen ? `（${chosen} ${unit}）` : "";
    buttons.forEach((button) => {
      button.disabled = chosen === 0;
    });
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
