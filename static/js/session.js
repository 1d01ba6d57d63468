// Warns two minutes before a session ends, and lets the person stay. Without this file a form sent too late is kept anyway.
(() => {
  "use strict";

  const dialog = document.querySelector("[data-session]");
  if (!dialog || !dialog.showModal) return;
  const WARNED_SECONDS = 120;
  const text = dialog.querySelector("[data-session-text]");
  const title = dialog.querySelector("h2");
  const stay = dialog.querySelector("[data-session-stay]");
  const form = dialog.querySelector("form");
  let ends = Date.now() + Number(dialog.dataset.seconds) * 1000;
  let timer;

  const left = () => Math.round((ends - Date.now()) / 1000);
  const say = (words) => { if (text.textContent !== words) text.textContent = words; };

  // Returns whether the session goes on; another window may have made it longer.
  const ask = async (options) => {
    try {
      const answer = await fetch(dialog.dataset.url, { redirect: "error", ...options });
      if (!answer.ok) return false;
      ends = Date.now() + (await answer.json()).seconds_left * 1000;
      return true;
    } catch {
      return false;
    }
  };

  const over = () => {
    clearInterval(timer);
    title.textContent = "Your session has ended";
    say("What you typed is still on this page. When you send it you are asked to sign in, and it is kept for you.");
    stay.textContent = "Back to the page";
    form.addEventListener("submit", () => dialog.close());
  };

  const tick = async () => {
    if (left() <= 0) {
      if (!dialog.open) dialog.showModal();
      over();
    } else if (left() > WARNED_SECONDS) {
      if (dialog.open) dialog.close();
    } else if (dialog.open) {
      say(left() > 60 ? "Your session ends in two minutes." : "Your session ends in less than a minute.");
    } else {
      await ask({ method: "GET" });
      if (left() > WARNED_SECONDS || left() <= 0) return;
      say("Your session ends in two minutes.");
      dialog.showModal();
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (left() > 0 && await ask({ method: "POST", body: new FormData(form) })) dialog.close();
  });
  timer = setInterval(tick, 1000);
})();
