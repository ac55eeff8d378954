/* The draft of an inspection: kept in this browser at once, on the server a second later.
   Unsaved text stands in localStorage under person and household; a saved one is removed from there,
   so whatever is found there when the page opens was typed and never reached the server. */
(() => {
  "use strict";
  const form = document.getElementById("inspection-form");
  if (!form) return;

  const SAVE_AFTER_MILLISECONDS = 1000;
  const RETRY_AFTER_MILLISECONDS = 5000;
  const RESTORED = "核查/已恢复";
  const key = `${document.body.dataset.username}/${form.dataset.storageKey}`;
  const stateLine = form.querySelector("[data-draft-state]");
  const dialog = document.getElementById("draft-conflict");
  let changes = 0;
  let timer = null;
  let saving = null;
  let stopped = false;

  /* The whole form as it is posted, hidden items included. */
  const body = () => {
    const fields = new URLSearchParams(new FormData(form));
    // The header carries the token: it is renewed when somebody signs in again.
    fields.delete("csrfmiddlewaretoken");
    return fields;
  };

  const keepLocally = () => {
    try {
      localStorage.setItem(key, body().toString());
    } catch {
      // A full or forbidden storage leaves the copy on the server, a second later.
    }
  };
  const forgetLocally = () => localStorage.removeItem(key);
  const say = (text) => {
    stateLine.textContent = text;
  };

  const showConflict = (answer, typed) => {
    stopped = true;
    dialog.querySelector("[data-conflict-message]").textContent = answer.error;
    dialog.querySelector("[data-conflict-choice]").hidden = !answer.can_choose;
    dialog.querySelector("[data-keep=theirs]").hidden = !answer.has_theirs;
    dialog.querySelector("[data-conflict-submitted]").hidden = answer.can_choose;
    dialog.querySelector("[data-submitted-link]").href = answer.submitted_url;
    dialog.typed = typed;
    if (!dialog.open) dialog.showModal();
  };

  const send = async (fields) => {
    const response = await window.yanliang.fetch(form.dataset.saveUrl, { method: "POST", body: fields });
    if (response.status === 409) {
      showConflict(await response.json(), fields);
      return false;
    }
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    form.elements.seen_draft.value = answer.seen_draft;
    say(`草稿已保存 ${answer.saved_at}`);
    return true;
  };

  const save = async () => {
    clearTimeout(timer);
    timer = null;
    if (stopped) return;
    const saved = changes;
    say("正在保存…");
    try {
      if (!(await send(body()))) return;
      if (changes === saved) forgetLocally();
      else keepLocally();
    } catch {
      say("没有连上服务器，内容已存在本机，稍后自动再存。");
      schedule(RETRY_AFTER_MILLISECONDS);
    }
  };

  const start = () => {
    saving = save().finally(() => {
      saving = null;
    });
    return saving;
  };

  function schedule(delay = SAVE_AFTER_MILLISECONDS) {
    if (timer || stopped) return;
    timer = setTimeout(async () => {
      if (saving) await saving;
      timer = null;
      start();
    }, delay);
  }

  const changed = () => {
    changes += 1;
    keepLocally();
    schedule();
  };

  /* Hold the saving back while the form is submitted; the form's token is then up to date. */
  const pause = async () => {
    clearTimeout(timer);
    timer = null;
    stopped = true;
    if (saving) await saving;
  };
  const resume = () => {
    if (dialog.open) return;
    stopped = false;
    if (localStorage.getItem(key) !== null) schedule();
  };

  const settle = async (keep) => {
    const fields = dialog.typed;
    fields.set("keep", keep);
    const response = await window.yanliang.fetch(form.dataset.settleUrl, { method: "POST", body: fields });
    if (response.status === 409) {
      showConflict(await response.json(), fields);
      return;
    }
    if (!response.ok) {
      dialog.querySelector("[data-conflict-message]").textContent = "没有连上服务器，请再试一次。";
      return;
    }
    forgetLocally();
    location.reload();
  };
  dialog.addEventListener("click", (event) => {
    const { keep, dropMine } = event.target.dataset;
    if (keep) settle(keep);
    if (dropMine !== undefined) {
      forgetLocally();
      location.assign(dialog.querySelector("[data-submitted-link]").href);
    }
  });
  // Closing without a choice would leave a page that can no longer save.
  dialog.addEventListener("cancel", (event) => event.preventDefault());

  /* Bring what this browser kept to the server, which then draws it; a newer text there asks for a choice. */
  const restore = async () => {
    const kept = localStorage.getItem(key);
    if (kept === null) return;
    const fields = new URLSearchParams(kept);
    if (fields.toString() === body().toString()) {
      forgetLocally();
      return;
    }
    // Nothing may be typed over what is about to come back.
    form.inert = true;
    stopped = true;
    try {
      if (await send(fields)) {
        forgetLocally();
        sessionStorage.setItem(RESTORED, key);
        location.reload();
      }
    } catch {
      say("本机有未提交的内容，连上服务器后自动恢复。");
      setTimeout(restore, RETRY_AFTER_MILLISECONDS);
    }
  };
  if (sessionStorage.getItem(RESTORED) === key) {
    sessionStorage.removeItem(RESTORED);
    document.querySelector("[data-restored]").hidden = false;
  }
  const discard = document.querySelector("[data-discard-draft]");
  if (discard) discard.addEventListener("submit", forgetLocally);

  window.yanliang.draft = { body, changed, pause, resume, forgetLocally, showConflict };
  restore();
})();
