/* Photos in a form: chosen, dropped or pasted into a [data-photos], sent one after another, and kept as hidden
   inputs “photos.<item>” of that form, whose `change` event tells it. Works for boxes that appear later.
   `window.yanliang.photos.settled()` resolves when nothing is on its way any more: wait for it before submitting. */
(() => {
  "use strict";
  const SKELETON = `
    <a target="_blank" rel="noopener">
      <img class="d-block object-fit-cover border rounded" width="96" height="96">
    </a>
    <input type="hidden">
    <span class="d-block small" data-photo-state></span>
    <button class="btn btn-sm btn-outline-secondary w-100 mt-1" type="button" data-photo-retry hidden>重试</button>
    <button class="btn btn-sm btn-outline-secondary w-100 mt-1" type="button" data-photo-remove>移除</button>`;

  /* Row → the file it stands for, until the server has it. */
  const files = new WeakMap();
  /* One upload at a time: on a village's mobile network several at once all time out. */
  let line = Promise.resolve();

  const part = (box, name) => box.querySelector(`[data-photos-${name}]`);
  const rowsOf = (box) => [...box.querySelectorAll("[data-photo]")];
  const unsent = (root) => [...root.querySelectorAll("[data-photo]")].filter((row) => files.has(row));

  const changed = (box) => box.dispatchEvent(new Event("change", { bubbles: true }));

  const say = (box, sentence) => {
    part(box, "error").textContent = sentence;
  };

  const count = (box) => {
    const waiting = unsent(box).filter((row) => !("failed" in row.dataset)).length;
    part(box, "status").textContent = waiting ? `正在上传，还有 ${waiting} 张…` : "";
    box.setAttribute("aria-busy", String(waiting > 0));
  };

  const newRow = (box) => {
    const row = document.createElement("li");
    row.dataset.photo = "";
    row.innerHTML = SKELETON;
    const which = `${box.dataset.label} 的第 ${rowsOf(box).length + 1} 张照片`;
    row.querySelector("img").alt = `${box.dataset.label} 照片`;
    row.querySelector("[data-photo-remove]").setAttribute("aria-label", `移除 ${which}`);
    row.querySelector("[data-photo-retry]").setAttribute("aria-label", `重新上传 ${which}`);
    part(box, "list").append(row);
    return row;
  };

  const state = (row, sentence, isWrong = false) => {
    const shown = row.querySelector("[data-photo-state]");
    shown.textContent = sentence;
    shown.classList.toggle("text-danger", isWrong);
  };

  /* The row now stands for a photo that the server keeps. */
  const keep = (box, row, photo) => {
    const picture = row.querySelector("img");
    URL.revokeObjectURL(picture.src);
    picture.src = photo.thumbnail_url;
    row.querySelector("a").href = photo.url;
    const input = row.querySelector("input");
    input.name = `photos.${box.dataset.photos}`;
    input.value = photo.id;
    files.delete(row);
  };

  const upload = async (box, row) => {
    const data = new FormData();
    data.append("file", files.get(row));
    try {
      const response = await window.yanliang.fetch(box.dataset.uploadUrl, { method: "POST", body: data });
      const answer = await response.json().catch(() => ({}));
      if (response.ok && answer.id) return answer;
      return { error: answer.error || `照片没有传上去（${response.status}），请重试。` };
    } catch {
      return { error: "网络不通，照片没有传上去。网络恢复后请点“重试”。" };
    }
  };

  const send = async (row) => {
    // Both before its turn and while it was on its way the row may have been removed.
    const box = row.closest("[data-photos]");
    if (!box) return;
    state(row, "上传中…");
    const answer = await upload(box, row);
    if (!row.isConnected) return;
    if (answer.error) {
      row.dataset.failed = "";
      row.querySelector("[data-photo-retry]").hidden = false;
      state(row, "未上传", true);
      say(box, answer.error);
    } else if (rowsOf(box).some((other) => other.querySelector("input").value === answer.id)) {
      row.remove();
      say(box, "这张照片已经在这里了。");
    } else {
      keep(box, row, answer);
      state(row, answer.used_elsewhere ? "已用于另一户" : "", answer.used_elsewhere);
      if (answer.used_elsewhere) say(box, "这张照片已用于另一户，请核对是不是这一户的房屋。");
      changed(box);
    }
    count(box);
  };

  const enqueue = (box, row) => {
    state(row, "等待上传");
    line = line.then(() => send(row));
    count(box);
  };

  const add = (box, chosen) => {
    say(box, "");
    for (const file of chosen) {
      const row = newRow(box);
      files.set(row, file);
      const picture = row.querySelector("img");
      // A browser that cannot draw HEIC shows the server's thumbnail as soon as there is one.
      picture.src = URL.createObjectURL(file);
      enqueue(box, row);
    }
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-photos]");
    if (!box) return;
    const row = event.target.closest("[data-photo]");
    if (event.target.closest("[data-photos-add]")) {
      part(box, "input").click();
    } else if (event.target.closest("[data-photo-retry]")) {
      say(box, "");
      delete row.dataset.failed;
      event.target.hidden = true;
      enqueue(box, row);
    } else if (event.target.closest("[data-photo-remove]")) {
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      say(box, "");
      count(box);
      changed(box);
      (next?.querySelector("[data-photo-remove]") || part(box, "add")).focus();
    }
  });

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-photos-input]")) return;
    add(input.closest("[data-photos]"), input.files);
    // So that choosing the same file again is a change.
    input.value = "";
  });

  document.addEventListener("paste", (event) => {
    const box = event.target.closest?.("[data-photos]");
    if (!box || !event.clipboardData.files.length) return;
    event.preventDefault();
    add(box, event.clipboardData.files);
  });

  document.addEventListener("dragover", (event) => {
    if (event.target.closest?.("[data-photos]")) event.preventDefault();
  });

  document.addEventListener("drop", (event) => {
    const box = event.target.closest?.("[data-photos]");
    if (!box) return;
    event.preventDefault();
    add(box, event.dataTransfer.files);
  });

  window.addEventListener("beforeunload", (event) => {
    if (unsent(document).length) event.preventDefault();
  });

  window.yanliang.photos = { settled: () => line };
})();
