// Shows the print button, which needs JavaScript, only where there is some.
const button = document.getElementById("print-dossier");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
