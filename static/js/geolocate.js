/* “用手机定位” in a [data-locate]: writes the browser's place (WGS-84) into its two fields.
   Where the browser refuses, the fields stay to be typed in, and the page says why. */
(() => {
  "use strict";
  const REFUSALS = {
    1: "浏览器没有允许定位：请在浏览器设置中允许本网站使用位置，或手工填写，也可以不填。",
    2: "暂时定不到位：请到室外再试，或手工填写，也可以不填。",
    3: "定位超时：请到室外再试，或手工填写，也可以不填。",
  };

  document.querySelectorAll("[data-locate]").forEach((box) => {
    const button = box.querySelector("[data-locate-ask]");
    const status = box.querySelector("[data-locate-status]");
    const field = (name) => box.querySelector(`[data-locate-${name}] input`);

    // Browsers give the place only to pages that came over an encrypted connection.
    if (!("geolocation" in navigator) || !window.isSecureContext) {
      status.textContent = "这个浏览器不能定位，请手工填写，也可以不填。";
      return;
    }
    button.hidden = false;

    const answer = (sentence) => {
      status.textContent = sentence;
      button.disabled = false;
    };

    button.addEventListener("click", () => {
      button.disabled = true;
      status.textContent = "正在定位…";
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          field("latitude").value = coords.latitude.toFixed(6);
          field("longitude").value = coords.longitude.toFixed(6);
          answer(`已定位，误差约 ${Math.round(coords.accuracy)} 米。`);
        },
        (refusal) => answer(REFUSALS[refusal.code]),
        { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 },
      );
    });
  });
})();
