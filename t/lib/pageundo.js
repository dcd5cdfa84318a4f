// Whose the keys of undo are, by the page's shortcut(), which node reads before this; for t/ledger-page.bats.
const assert = require("assert");

let done = 0;
const page = {shown: 0}, undo = null, redo = null, back = () => done++;

// How many edits of the ledger Ctrl-Z and Ctrl-Y in such an element take back or do again, where the browser does not.
function taken(tagName, isInBlocks) {
    const target = {tagName, closest: () => isInBlocks ? {} : null};
    let kept = 0;
    done = 0;
    for (const key of ["z", "y"]) {
        shortcut({key, ctrlKey: true, target, preventDefault: () => kept++});
    }
    assert.strictEqual(kept, done);
    return done;
}

assert.strictEqual(taken("BODY", false), 2);
assert.strictEqual(taken("BUTTON", false), 2);
assert.strictEqual(taken("INPUT", true), 2);
assert.strictEqual(taken("TEXTAREA", true), 2);
assert.strictEqual(taken("INPUT", false), 0);
page.shown = "compare";
assert.strictEqual(taken("BODY", false), 0);
assert.strictEqual(taken("INPUT", true), 0);
