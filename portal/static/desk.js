// Better with it, complete without it: keys on a desktop, a count of what is ticked, answers filled in.
(() => {
  "use strict";
  const items = [...document.querySelectorAll("[data-item]")];
  let at = -1;
  const move = (step) => {
    if (!items.length) return;
    if (at >= 0) items[at].classList.remove("chosen");
    at = Math.min(Math.max(at + step, 0), items.length - 1);
    items[at].classList.add("chosen");
    items[at].scrollIntoView({ block: "nearest" });
    items[at].querySelector("a").focus({ preventScroll: true });
  };
  const typing = (element) => element && element.closest("input:not([type=checkbox]), textarea, select");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const main = document.querySelector("[data-main]");
    if (typing(event.target)) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x" && at >= 0) {
      const box = items[at].querySelector("input[type=checkbox]");
      if (box) box.click();
    } else if (event.key === "r" && main) {
      event.preventDefault();
      main.querySelector("textarea").focus();
    } else if (event.key === "/") {
      event.preventDefault();
      const search = document.querySelector("[data-search]");
      if (search) search.focus();
      else location.assign("/knowledge");
    }
  });
  const keys = document.querySelector("[data-keys]");
  if (keys && matchMedia("(hover: hover) and (min-width: 48rem)").matches) keys.hidden = false;

  const count = document.querySelector("[data-count]");
  const boxes = [...document.querySelectorAll('input[name="cases"]')];
  const tell = () => { count.textContent = `已勾选 ${boxes.filter((box) => box.checked).length} 个。`; };
  if (count && boxes.length) {
    boxes.forEach((box) => box.addEventListener("change", tell));
    tell();
  }

  document.querySelectorAll("[data-use]").forEach((button) => {
    const form = document.querySelector("[data-main]");
    const used = form && form.querySelector('input[name="used"]');
    if (!used) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const words = form.querySelector("textarea");
      words.value = button.closest("[data-suggestion]").querySelector("[data-answer]").textContent.trim();
      used.value = button.dataset.use;
      words.focus();
    });
  });
})();
