// The Undo and Redo buttons of Write: what they offer now.

const undoButton = document.getElementById("undo");
const redoButton = document.getElementById("redo");
let undoRemoval = null;

/** Show which steps can be undone and redone; each button names its step, so that no other window's is undone. */
export function showSteps(steps) {
  showStep(undoButton, steps?.undo, steps?.undo_step);
  showStep(redoButton, steps?.redo, steps?.redo_step);
}

function showStep(button, description, step) {
  button.setAttribute("aria-disabled", description ? "false" : "true");
  button.title = description || "Nothing";
  button.form.elements.step.value = step || "";
}

export function getStep(direction) {
  const button = direction === "undo" ? undoButton : redoButton;
  return button.form.elements.step.value;
}

/** Make Undo bring back the entry that was just removed. */
export function offerRemovalUndo(undo, description) {
  undoRemoval = undo;
  undoButton.setAttribute("aria-disabled", "false");
  undoButton.title = description;
}

/** What brings back the entry that was removed last; null once something else was changed. */
export function getRemovalUndo() {
  return undoRemoval;
}

export function forgetRemoval() {
  undoRemoval = null;
}
