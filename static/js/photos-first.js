/* A form[data-photos-first] waits for its photos: sent while some are still on their way (see photos.js),
   it goes by itself as soon as they have arrived; where one has failed, it stays and says so. */
(() => {
  "use strict";
  document.querySelectorAll("form[data-photos-first]").forEach((form) => {
    const button = form.querySelector("button[type=submit]");
    const status = form.querySelector("[data-photos-first-status]");

    form.addEventListener("submit", async (event) => {
      if (form.querySelector("[data-photo][data-failed]")) {
        event.preventDefault();
        status.textContent = "有照片没有传上去：请点“重试”，或移除后再提交。";
        return;
      }
      if (!form.querySelector("[data-photos][aria-busy=true]")) return;
      event.preventDefault();
      button.disabled = true;
      status.textContent = "照片传完后自动提交…";
      await window.yanliang.photos.settled();
      button.disabled = false;
      status.textContent = "";
      form.requestSubmit();
    });
  });
})();
