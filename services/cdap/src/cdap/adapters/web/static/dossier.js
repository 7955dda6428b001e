// Shows the buttons that need JavaScript only where there is some: print the page, copy a figure.
const print = document.getElementById("print-dossier");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const label = button.firstChild;
    const before = label.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      label.textContent = button.dataset.done;
      setTimeout(() => { label.textContent = before; }, 2000);
    });
  }
}
