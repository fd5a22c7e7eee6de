// Without internet a press would lead to the browser's own error, and what was typed would be gone with the page. So the
// page stays, and says so. Nothing is kept anywhere: many of these pages are open on a computer that others use.
const news = document.getElementById("offline");

function stay(event) {
  if (navigator.onLine) return;
  event.preventDefault();
  news.hidden = false;
  news.focus();
}

document.addEventListener("submit", stay);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  // A number to call works all the same, and so does a place on this page.
  if (link && link.origin === location.origin && !link.getAttribute("href").startsWith("#")) stay(event);
});
window.addEventListener("online", () => {
  news.hidden = true;
});
