// The review of a document: a standard reason adds its sentence to the text that the person reads, and takes it away again.
(() => {
  "use strict";

  const text = document.getElementById("id_return_reason");
  if (!text) return;
  document.querySelectorAll("[data-reason]").forEach((box) => {
    box.addEventListener("change", () => {
      const lines = text.value.split("\n").filter((line) => line.trim() && line !== box.dataset.reason);
      text.value = (box.checked ? [...lines, box.dataset.reason] : lines).join("\n");
    });
  });
  const problem = document.getElementById("errors");
  if (problem) problem.focus();
})();
