// Lets people see the password they type. Without this module the fields are ordinary password fields.
for (const field of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  const { show, hide } = document.querySelector("script[data-show]").dataset;
  button.type = "button";
  button.className = "btn btn-link p-0 mt-1";
  button.id = `show-${field.id}`;
  button.textContent = show;
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => {
    const visible = field.type === "password";
    field.type = visible ? "text" : "password";
    button.textContent = visible ? hide : show;
  });
  field.form.addEventListener("submit", () => { field.type = "password"; });
  field.after(button);
}
