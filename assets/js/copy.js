// Offers a button that copies a code. Without this script the code can still be selected and copied by hand.
for (const button of document.querySelectorAll("[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  const answer = button.parentElement.querySelector("[role=status]");
  if (!source || !answer || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      answer.textContent = button.dataset.done;
    } catch {
      // The browser said no: select the text, so that one key press copies it.
      getSelection().selectAllChildren(source);
    }
  });
}
