// Sends the form of the page at once. Without JavaScript the person presses its button.
document.getElementById("form-post").submit();
