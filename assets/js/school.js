// Starts the GOV.UK components that staff pages use. Every page works before and without this.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  Tabs,
  createAll,
} from "./govuk-frontend.min.js";

// GOV.UK's page template sets these two classes with an inline script; ours allows no inline script at all.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const component of [
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink, Tabs,
]) {
  createAll(component);
}

// “Tick all of them”: without this the link asks for the page again, with every box ticked.
for (const link of document.querySelectorAll("a[data-tick-all]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    for (const box of document.getElementsByName(link.dataset.tickAll)) {
      box.checked = true;
    }
  });
}
