// What pages do beyond plain HTML. Every page works without this file; the server checks everything again.
(() => {
  "use strict";

  const first = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Moves the reader to the list of errors, and from there to the field that needs an answer.
  const showErrors = () => {
    const summary = first("[data-error-summary]");
    if (!summary) return;
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const target = link && document.getElementById(link.hash.slice(1));
      if (!target) return;
      event.preventDefault();
      const control = target.matches("input, select, textarea, button") ? target : first("input, select, textarea", target);
      (control || target).focus();
      (control || target).scrollIntoView({ block: "center" });
    });
  };

  const openMenu = () => {
    const button = first("[data-menu]");
    if (!button) return;
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      document.getElementById(button.getAttribute("aria-controls")).classList.toggle("is-open", open);
    });
  };

  // "São Paulo" is found by "sao paulo".
  const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

  // The list of licensing authorities: filter while typing, count and total while choosing.
  const pickAuthorities = (picker) => {
    const search = first("[type=search]", picker);
    const list = first(".picker__list", picker);
    const rows = all(".picker__row", list);
    const texts = rows.map((row) => plain(`${row.textContent} ${row.dataset.search || ""}`));
    const announcement = first("[data-live]", picker);
    const feeInCents = Number(picker.dataset.feeCents);
    const chosen = first(".chosen", picker);
    // Chosen before, but not in this list because the server has filtered it; their Remove is a submit button.
    const elsewhere = all("input[type=hidden][name=authority]", picker).map((input) => input.value);
    const itemsElsewhere = all("li", chosen).filter((item) => elsewhere.includes(first("button", item).value));
    let rest;

    const announce = (count) => {
      clearTimeout(rest);
      rest = setTimeout(() => {
        announcement.textContent = count === 1 ? "1 authority shown" : `${count} authorities shown`;
      }, 400);
    };

    const filter = () => {
      const words = plain(search.value).split(/\s+/).filter(Boolean);
      let count = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every((word) => texts[index].includes(word));
        if (!row.hidden) count += 1;
      });
      all("[data-group]", list).forEach((heading) => {
        heading.hidden = !rows.some((row) => !row.hidden && row.dataset.in === heading.dataset.group);
      });
      first(".picker__none", picker).hidden = count > 0;
      list.scrollTop = 0;
      announce(count);
    };

    const chosenItem = (box) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      const remove = document.createElement("button");
      const whose = document.createElement("span");
      name.textContent = first("b", box.closest(".picker__row")).textContent;
      whose.className = "usa-sr-only";
      whose.textContent = ` ${name.textContent}`;
      remove.type = "button";
      remove.append("Remove", whose);
      remove.addEventListener("click", () => {
        box.checked = false;
        draw();
        first("[data-basket] h2", picker).focus();
      });
      item.append(name, remove);
      return item;
    };

    const draw = () => {
      const boxes = rows.map((row) => first("input", row)).filter((box) => box.checked);
      const count = boxes.length + elsewhere.length;
      const total = (count * feeInCents) / 100;
      const text = total.toLocaleString("en-US", { style: "currency", currency: "USD" });
      all("[data-count]", picker).forEach((element) => { element.textContent = count; });
      all("[data-total]", picker).forEach((element) => { element.textContent = text; });
      all("[data-zero]", picker).forEach((element) => { element.hidden = count > 0; });
      chosen.replaceChildren(...itemsElsewhere, ...boxes.map(chosenItem));
    };

    search.addEventListener("input", filter);
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    picker.addEventListener("change", (event) => {
      if (event.target.matches(".picker__row input")) draw();
    });
    if (search.value) filter();
    draw();
  };

  const showPassword = (button) => {
    button.addEventListener("click", () => {
      const input = document.getElementById(button.dataset.show);
      const show = input.type === "password";
      input.type = show ? "text" : "password";
      button.setAttribute("aria-pressed", String(show));
      button.textContent = show ? "Hide password" : "Show password";
    });
  };

  // A second click on a button that costs money does nothing; the server would refuse it as well.
  const submitOnce = (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.once) return;
    if (button.dataset.sent) {
      event.preventDefault();
      return;
    }
    button.dataset.sent = "yes";
    button.dataset.label = button.textContent;
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.once;
  };

  // A page that comes back with the Back button may be submitted again.
  const allowAgain = (event) => {
    if (!event.persisted) return;
    all("[data-sent]").forEach((button) => {
      button.textContent = button.dataset.label;
      button.removeAttribute("aria-disabled");
      delete button.dataset.sent;
    });
  };

  // A file may also be dropped onto the zone around its input; what is too big is told before it travels.
  const takeDrops = (zone) => {
    const input = first("input[type=file]", zone);
    const status = first("[data-drop-file]", zone);
    const over = (is) => zone.classList.toggle("is-over", is);
    const tell = () => {
      const [file] = input.files;
      const tooBig = Boolean(file) && file.size > Number(zone.dataset.mostBytes);
      zone.classList.toggle("is-too-big", tooBig);
      const size = file ? (file.size / 1e6).toFixed(1) : "";
      status.textContent = tooBig ? zone.dataset.tooBig : file ? `${file.name}, ${size} MB` : "";
    };
    input.addEventListener("change", tell);
    ["dragenter", "dragover"].forEach((name) => zone.addEventListener(name, (event) => {
      event.preventDefault();
      over(true);
    }));
    zone.addEventListener("dragleave", () => over(false));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      tell();
    });
  };

  // What is typed into a long form is kept while it is typed, so that nothing is lost when the person leaves: one request
  // at a time, so that none overtakes a newer one, and again what the server refused.
  const keepTyped = (form) => {
    const status = first("[data-kept]", form);
    let isNew = false;
    let isRefused = false;
    let underWay;
    let rest;
    const stop = () => {
      clearTimeout(rest);
      if (underWay) underWay.abort();
      underWay = undefined;
    };
    const later = (milliseconds) => {
      clearTimeout(rest);
      rest = setTimeout(() => { if (isNew && !underWay) keep(); }, milliseconds);
    };
    const keep = () => {
      stop();
      const mine = new AbortController();
      const ended = (answer) => {
        if (underWay !== mine) return;
        underWay = undefined;
        const isKept = answer.status === 204;
        // A redirect leads to the sign-in, which gives back what was typed.
        isRefused = !isKept && answer.type !== "opaqueredirect";
        status.textContent = isKept ? status.dataset.kept : isRefused ? status.dataset.lost : "";
        isNew = isNew || isRefused;
        later(isRefused ? 5000 : 1000);
      };
      isNew = false;
      underWay = mine;
      const body = new FormData(form);
      // Files go with the form itself.
      all("[type=file]", form).forEach((input) => body.delete(input.name));
      body.set("keep", "1");
      fetch(location.href, { method: "POST", body, keepalive: true, redirect: "manual", signal: mine.signal })
        .then(ended, ended);
    };
    form.addEventListener("input", () => {
      isNew = true;
      later(1000);
    });
    form.addEventListener("submit", () => {
      isNew = false;
      stop();
    });
    window.addEventListener("beforeunload", (event) => { if (isNew && isRefused) event.preventDefault(); });
    window.addEventListener("pagehide", () => { if (isNew) keep(); });
  };

  showErrors();
  openMenu();
  all("[data-keeps]").forEach(keepTyped);
  all("[data-picker]").forEach(pickAuthorities);
  all("[data-show]").forEach(showPassword);
  all("[data-drop]").forEach(takeDrops);
  all("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  document.addEventListener("submit", submitOnce);
  window.addEventListener("pageshow", allowAgain);
})();
