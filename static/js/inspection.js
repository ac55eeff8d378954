/* The inspection form: which items show, what the keyboard does, the verdict while it is filled in, submitting.
   The rules themselves stand on the server; here is only what it says. */
(() => {
  "use strict";
  const form = document.getElementById("inspection-form");
  if (!form) return;

  const PREVIEW_AFTER_MILLISECONDS = 250;
  const NOTED = ["fail", "unsure"];
  const { draft } = window.yanliang;
  const items = [...form.querySelectorAll("[data-item]")];
  const failure = form.querySelector("[data-failure]");
  const goButtons = [...form.querySelectorAll("[data-go]")];
  let previewTimer = null;
  let previewNumber = 0;
  let submitting = false;

  /* Items */
  const radios = (item) => [...item.querySelectorAll("input[type=radio]")];
  const chosen = (item) => item.querySelector("input[type=radio]:checked");
  const shown = () => items.filter((item) => !item.hidden);
  const isOpen = (item) =>
    item.dataset.kind === "measure"
      ? ![...item.querySelectorAll("input, textarea")].some((field) => field.value.trim())
      : !chosen(item);

  const metConditions = () => {
    const met = new Set();
    form.querySelectorAll("select[name^='facts.']").forEach((select) => {
      (select.selectedOptions[0]?.dataset.conditions || "").split(" ").forEach((name) => met.add(name));
    });
    form.querySelectorAll("input[data-conditions]").forEach((input) => {
      if (input.value.trim()) input.dataset.conditions.split(" ").forEach((name) => met.add(name));
    });
    return met;
  };

  /* Items that the house does not call for are hidden, with their answers still in the form. */
  const showItems = () => {
    const structure = form.elements["facts.structure"].value;
    const met = metConditions();
    items.forEach((item) => {
      const { structures, appliesIf } = item.dataset;
      const fits = structure !== "" && structures.split(" ").includes(structure);
      item.hidden = !fits || Boolean(appliesIf && !met.has(appliesIf));
    });
    form.querySelectorAll("[data-part]").forEach((part) => {
      part.hidden = !part.querySelector("[data-item]:not([hidden])");
    });
    form.querySelector("[data-needs-structure]").hidden = structure !== "";
  };

  const photoBox = document.getElementById("photo-box");
  const showNote = (item) => {
    if (item.dataset.kind === "measure") return;
    const note = item.querySelector(".item-note");
    note.hidden = !NOTED.includes(chosen(item)?.value);
    if (!note.hidden && !note.querySelector("[data-photos]")) {
      note.insertAdjacentHTML("beforeend", photoBox.innerHTML.replaceAll("CODE", item.dataset.item));
    }
  };

  /* Moving */
  const entry = (item) =>
    item.dataset.kind === "measure"
      ? item.querySelector("input")
      : chosen(item) || item.querySelector("input[type=radio]");
  const goTo = (item) => {
    entry(item).focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  };
  const submitButton = goButtons[goButtons.length - 1];
  const goToNextOpen = (after) => {
    const list = shown();
    const from = after ? list.indexOf(after) + 1 : 0;
    const next = [...list.slice(from), ...list.slice(0, from)].find(isOpen);
    if (next) goTo(next);
    else submitButton.focus({ preventScroll: true });
  };
  const currentItem = () => document.activeElement?.closest("[data-item]");
  const step = (by) => {
    const list = shown();
    const here = currentItem();
    const target = list[here ? list.indexOf(here) + by : 0];
    if (target) goTo(target);
  };

  /* Answering */
  const changed = () => {
    draft.changed();
    failure.hidden = true;
    schedulePreview();
  };
  const choose = (item, radio) => {
    radio.checked = true;
    showNote(item);
    changed();
    if (NOTED.includes(radio.value)) item.querySelector("textarea").focus();
    else goToNextOpen(item);
  };
  const passAll = (within) => {
    within
      .filter((item) => item.dataset.kind === "check" && !chosen(item))
      .forEach((item) => {
        item.querySelector("input[value=pass]").checked = true;
      });
    changed();
    goToNextOpen();
  };

  /* Verdict */
  const showPieces = (html) => {
    const answer = document.createElement("template");
    answer.innerHTML = html;
    answer.content.querySelectorAll("[data-piece]").forEach((piece) => {
      form.querySelector(`[data-piece="${piece.dataset.piece}"]`).innerHTML = piece.innerHTML;
    });
  };
  const preview = async () => {
    previewNumber += 1;
    const mine = previewNumber;
    try {
      const response = await window.yanliang.fetch(form.dataset.previewUrl, {
        method: "POST",
        body: draft.body(),
      });
      const html = response.ok ? await response.text() : "";
      if (html && mine === previewNumber && !submitting) showPieces(html);
    } catch {
      // The draft's line says that the server is out of reach; the verdict follows with the next change.
    }
  };
  function schedulePreview() {
    clearTimeout(previewTimer);
    previewTimer = setTimeout(preview, PREVIEW_AFTER_MILLISECONDS);
  }

  /* Submitting */
  const fail = (text) => {
    failure.textContent = text;
    failure.hidden = false;
  };
  const goToField = (id) => {
    const place = document.getElementById(id);
    if (!place) return;
    place.closest("details")?.setAttribute("open", "");
    place.scrollIntoView({ block: "center" });
    if (place.matches("[data-item]")) {
      const text = place.querySelector(".item-note:not([hidden]) textarea");
      (isOpen(place) || !text ? entry(place) : text).focus({ preventScroll: true });
    } else {
      const inside = place.matches("input, select") ? place : place.querySelector("input:not([type=hidden]), button");
      inside?.focus({ preventScroll: true });
    }
  };
  const submit = async (go) => {
    if (submitting) return;
    submitting = true;
    goButtons.forEach((button) => {
      button.disabled = true;
    });
    clearTimeout(previewTimer);
    await window.yanliang.photos.settled();
    await draft.pause();
    const fields = draft.body();
    fields.set("go", go);
    let leaving = false;
    try {
      const response = await window.yanliang.fetch(form.action, { method: "POST", body: fields });
      const answer = await response.json();
      if (response.ok) {
        leaving = true;
        draft.forgetLocally();
        location.assign(answer.next);
        return;
      }
      if (response.status === 409) draft.showConflict(answer, draft.body());
      else fail(answer.error || "没有提交成功，请再试一次。");
      if (answer.judgement) showPieces(answer.judgement);
      if (answer.field) goToField(answer.field);
    } catch {
      fail("没有连上服务器，内容已存在本机，请稍后再提交。");
    } finally {
      if (!leaving) {
        submitting = false;
        goButtons.forEach((button) => {
          button.disabled = false;
        });
        draft.resume();
      }
    }
  };

  /* Events */
  const isText = (target) =>
    target.matches("textarea, input:not([type=radio], [type=checkbox], [type=file], [type=hidden])");
  const isTyping = (target) => isText(target) || target.matches("select");

  form.addEventListener("input", (event) => {
    if (isText(event.target)) changed();
  });
  form.addEventListener("change", (event) => {
    const item = event.target.closest?.("[data-item]");
    if (item && event.target.type === "radio") showNote(item);
    if (event.target.name?.startsWith("facts.")) showItems();
    if (event.target.type !== "file" && !isText(event.target)) changed();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button, a");
    if (!button) return;
    if (button.dataset.go) submit(button.dataset.go);
    if (button.dataset.pass === "page") passAll(shown());
    if (button.dataset.pass === "part") {
      passAll([...button.closest("[data-part]").querySelectorAll("[data-item]:not([hidden])")]);
    }
    if (button.matches("[data-piece] a")) {
      event.preventDefault();
      goToField(button.hash.slice(1));
    }
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  document.addEventListener("keydown", (event) => {
    // While Chinese is being composed every key belongs to the input method.
    if (event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
    const { target, key } = event;
    if (key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      submit(submitButton.dataset.go);
      return;
    }
    if (key === "Enter" && target.matches("input, select")) {
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const item = currentItem();
    if (key === "Escape" && item && isTyping(target)) {
      goToNextOpen(item);
      return;
    }
    if (isTyping(target)) return;
    const letter = key.toLowerCase();
    if (letter === "a") passAll(shown());
    else if (letter === "j") step(1);
    else if (letter === "k") step(-1);
    else if (item && radios(item)[Number(key) - 1]) choose(item, radios(item)[Number(key) - 1]);
    else return;
    event.preventDefault();
  });

  /* Where work begins: the first empty place, from the structure that decides the items to the items.
     On a phone that would only open the keyboard over the page. */
  if (!location.hash && !matchMedia("(pointer: coarse)").matches) {
    const places = [
      ...form.querySelectorAll("[name='facts.structure'], [name=correction_reason], [name=inspectors]"),
    ];
    const first = shown().find(isOpen);
    const begin = places.find((field) => field.value.trim() === "") || (first && entry(first)) || submitButton;
    begin.focus({ preventScroll: true });
  }
})();
