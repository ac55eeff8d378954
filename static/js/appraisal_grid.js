/* The grid by keyboard. Without this it is a plain form. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-grid]");
  if (!form) return;

  const cellsOf = (row) => [...row.querySelectorAll(".grid-cell")];
  // Saved rows have no cells left.
  const rows = [...form.querySelectorAll("tbody tr")].map(cellsOf).filter((cells) => cells.length);

  const placeOf = (cell) => {
    const row = rows.findIndex((cells) => cells.includes(cell));
    return [row, rows[row].indexOf(cell)];
  };

  const go = (row, column) => {
    const cell = rows[row] && rows[row][column];
    if (!cell) return;
    cell.focus();
    if (cell.select) cell.select();
  };

  const isText = (cell) => cell.matches("input");
  const isLetter = (cell) => cell.matches(".grid-letter");
  const caretAt = (cell, end) =>
    cell.selectionStart === (end ? cell.value.length : 0) && cell.selectionEnd === cell.selectionStart;
  const isWhole = (cell) => cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  // A letter needs no caret; in a text the arrows first walk to its end.
  const leaves = (cell, end) => !isText(cell) || isLetter(cell) || isWhole(cell) || caretAt(cell, end);

  const copyFromAbove = (cell, row, column) => {
    if (row === 0) return;
    cell.value = rows[row - 1][column].value;
    cell.dispatchEvent(new Event("change", { bubbles: true }));
  };

  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (event.isComposing || !cell.matches(".grid-cell")) return;
    const [row, column] = placeOf(cell);
    const moves = {
      Enter: () => go(row + (event.shiftKey ? -1 : 1), column),
      ArrowLeft: () => go(row, column - 1),
      ArrowRight: () => go(row, column + 1),
      ArrowUp: () => go(row - 1, column),
      ArrowDown: () => go(row + 1, column),
    };
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "Enter") {
        event.preventDefault();
        form.requestSubmit();
      } else if (event.key.toLowerCase() === "d") {
        event.preventDefault();
        copyFromAbove(cell, row, column);
      }
      return;
    }
    if (event.altKey || !moves[event.key]) return;
    const isSideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    // A list keeps its own way of being walked up and down.
    if (isSideways ? !leaves(cell, event.key === "ArrowRight") : event.key !== "Enter" && !isText(cell)) return;
    event.preventDefault();
    moves[event.key]();
  });

  form.addEventListener("input", (event) => {
    const cell = event.target;
    if (event.isComposing || !isLetter(cell) || !/^[a-d]$/i.test(cell.value)) return;
    const [row, column] = placeOf(cell);
    go(row, column + 1);
  });

  const wrong = form.querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
  else if (rows.length) go(0, 0);
})();
