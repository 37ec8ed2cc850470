// Keys on the review page. Every key presses a button that is there without this script, too.
"use strict";

const BUTTONS = { a: "accept", r: "reject", s: "skip", u: "undo", o: "article" };

function openForm() {
  const form = document.getElementById("fix");
  if (!form) return;
  form.open = true;
  const first = form.querySelector("input:not([type=hidden]), select");
  first.focus();
  if (first.select) first.select();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const form = document.getElementById("fix");
  if (event.key === "Escape" && form && form.open) {
    form.open = false;
    document.getElementById("fix-title").focus();
    return;
  }
  if (event.target.closest("input, select, textarea")) return;
  if (event.key === "f") {
    event.preventDefault();
    openForm();
    return;
  }
  const button = document.getElementById(BUTTONS[event.key] || "");
  if (button && !event.repeat) {
    event.preventDefault();
    button.click();
  }
});

for (const form of document.querySelectorAll("main form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
