/* Buttons that print the page: shown only where a script can do it. */
for (const button of document.querySelectorAll("[data-rp-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
