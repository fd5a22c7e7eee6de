// Counts the three answers while they are written. Without this script the button counts them, by the same rules.
const together = document.getElementById("together");
const most = Number(together.dataset.most);
const fewest = Number(together.dataset.fewest);
const shown = new Intl.NumberFormat("en-GB");
const boxes = [...document.querySelectorAll("[data-counts]")].map((number) => ({
  number,
  needs: document.querySelector(`[data-needs="${number.dataset.counts}"]`),
  answer: document.getElementById(number.dataset.counts),
}));

// A letter that a browser keeps in two parts is one; a line break is one already.
const length = (box) => [...box.answer.value].length;

function tell() {
  const all = boxes.reduce((sum, box) => sum + length(box), 0);
  together.querySelector("[data-together]").textContent = shown.format(all);
  for (const [name, number] of [["left", most - all], ["over", all - most]]) {
    const part = together.querySelector(`[data-when="${name}"]`);
    part.hidden = name === "left" ? number < 0 : number <= 0;
    part.querySelector("strong").textContent = shown.format(number);
  }
}

let waiting;
for (const box of boxes) {
  box.answer.addEventListener("input", () => {
    box.number.textContent = shown.format(length(box));
    box.needs.textContent = shown.format(Math.max(0, fewest - length(box)));
    // A screen reader says the sum once the writer pauses, not at every letter.
    clearTimeout(waiting);
    waiting = setTimeout(tell, 700);
  });
}
