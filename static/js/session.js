/* The session as the page sees it: a sign-out for idleness never costs what was typed.
   The sign-in opens over the page, and what was about to be sent is sent afterwards. */
(() => {
  "use strict";
  const body = document.body;
  const dialog = document.getElementById("sign-in-in-place");
  if (!dialog) return;

  const form = dialog.querySelector("form");
  const failure = dialog.querySelector("[role=alert]");
  const username = body.dataset.username;
  const idleMilliseconds = Number(body.dataset.idleSeconds) * 1000;
  // After this long without an answer from the server, ask it before leaving with a form.
  const askAfterMilliseconds = Math.min(60_000, idleMilliseconds / 2);
  let lastAnswer = Date.now();
  let waiting = null;

  const csrfToken = () => {
    const input = document.querySelector("input[name=csrfmiddlewaretoken]");
    return input ? input.value : JSON.parse(body.getAttribute("hx-headers"))["X-CSRFToken"];
  };

  const renewCsrf = (token) => {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => {
      input.value = token;
    });
    body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  };

  /* Open the sign-in over the page; resolves when the same person has signed in again. */
  const signInAgain = () => {
    if (!waiting) {
      waiting = {};
      waiting.promise = new Promise((resolve) => {
        waiting.resolve = resolve;
      });
      failure.hidden = true;
      dialog.showModal();
      form.elements.password.value = "";
      form.elements.password.focus();
    }
    return waiting.promise;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    data.set("username", username);
    const response = await fetch(form.action, {
      method: "POST",
      body: data,
      headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
    });
    const answer = await response.json().catch(() => ({ error: "服务器没有正常回应，请稍后再试。" }));
    if (!response.ok) {
      failure.textContent = answer.error;
      failure.hidden = false;
      form.elements.password.select();
      return;
    }
    lastAnswer = Date.now();
    renewCsrf(answer.csrf);
    dialog.close();
    const { resolve } = waiting;
    waiting = null;
    resolve();
  });

  // Escape would leave a page that can no longer save.
  dialog.addEventListener("cancel", (event) => event.preventDefault());

  /* fetch() with the CSRF token; a 401 opens the sign-in and then asks once more. */
  const guardedFetch = async (url, options = {}) => {
    const ask = () =>
      fetch(url, {
        ...options,
        headers: { ...options.headers, "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
      });
    let response = await ask();
    if (response.status === 401) {
      await signInAgain();
      response = await ask();
    }
    lastAnswer = Date.now();
    return response;
  };

  const isSignedIn = async () => {
    const response = await fetch(dialog.dataset.sessionUrl, {
      headers: { "X-Background": "1", "X-Requested-With": "fetch" },
    });
    return response.ok && (await response.json()).signed_in;
  };

  /* A form that leaves the page waits until the session is known to stand. */
  const bypass = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const leaving = event.target;
    const isPost = (leaving.method || "").toLowerCase() === "post";
    if (!isPost || leaving.hasAttribute("data-no-guard") || event.defaultPrevented) return;
    if (bypass.has(leaving)) {
      bypass.delete(leaving);
      return;
    }
    if (Date.now() - lastAnswer < askAfterMilliseconds) return;
    event.preventDefault();
    const { submitter } = event;
    try {
      if (!(await isSignedIn())) await signInAgain();
    } catch {
      // Without an answer from the server the browser's own message says what is wrong.
    }
    bypass.add(leaving);
    leaving.requestSubmit(submitter);
  });

  document.addEventListener("htmx:responseError", async (event) => {
    if (event.detail.xhr.status !== 401) return;
    await signInAgain();
    const { requestConfig } = event.detail;
    window.htmx.ajax(requestConfig.verb.toUpperCase(), requestConfig.path, {
      source: requestConfig.elt,
      values: requestConfig.unfilteredParameters || requestConfig.parameters,
    });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) lastAnswer = Date.now();
  });

  window.yanliang = { fetch: guardedFetch, signInAgain };
})();
