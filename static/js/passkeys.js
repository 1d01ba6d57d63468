// Shows what only works with passkeys in browsers that have them, and says what went wrong in words.
(() => {
  "use strict";

  const problem = (exception) => {
    const place = document.querySelector("[data-passkey-problem]");
    if (!place) return;
    // The person closed the window, or waited too long: browsers do not tell which.
    const given_up = exception && exception.name === "NotAllowedError";
    place.textContent = given_up
      ? "No passkey was used. Try again, or choose another way."
      : "This passkey did not work here. Try again, or choose another way.";
    place.hidden = false;
  };

  if (window.PublicKeyCredential) {
    document.querySelectorAll("[data-needs-script]").forEach((element) => { element.hidden = false; });
    document.querySelectorAll("[data-without-script]").forEach((element) => { element.hidden = true; });
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    problem(event.detail && event.detail.exception);
  });
})();
