// A whole ledger against the rules, again after each edit; a block is only looked at again if it, or what it stands on, is another one.

// What stands between a block and its place in the file: its parent must stand before it, and itself nowhere.
function placeFaults(block, index, seen) {
    const faults = [], prev = headerField(block, 2), id = sha256Known(block.lines[0]);
    if (index > 0 && !seen.has(prev)) {
        faults.push(new Broken("block.parent", {prev: (prev || "").slice(0, 64)}, HEADER_FIELDS.prev));
    }
    if (seen.has(id)) {
        faults.push(new Broken("block.twice", {id}));
    }
    if (!block.lines[0].startsWith("block ")) {
        faults.push(new Broken("block.first"));
    }
    return faults;
}

const placeText = (faults) => faults.map((broken) => broken.rule + JSON.stringify(broken.values)).join();

// The result of the block that it stands on: the one that PREV names; else the one that it was made upon.
function parentOf(block, index, seen, byKey, results) {
    if (index === 0) {
        return null;
    }
    return seen.get(headerField(block, 2)) || byKey.get(block.parent) || results[index - 1];
}

function sameAsBefore(old, block, parent, place) {
    return old && old.block === block && old.parent === parent && old.place === place && !old.stale;
}

// The best tip: the most work, and of equals the first in the file, of those that hold; null if none does.
function bestOf(results) {
    let best = null;
    for (const result of results) {
        if (!result.broken && !result.after && (best === null || result.work > best.work)) {
            best = result;
        }
    }
    return best;
}

// blocks: of the file, in order; before: what this gave the last time, or null; context: {now, signed}. Gives {blocks, results,
// best, starts (the number of each block's first line), first (the first fault)}.
function checkLedger(blocks, before, context) {
    const results = [], seen = new Map(), byKey = new Map(), starts = [];
    const old = new Map(before ? before.results.map((result) => [result.block.key, result]) : []);
    let line = 1;
    blocks.forEach((block, index) => {
        const faults = placeFaults(block, index, seen), place = placeText(faults);
        const parent = parentOf(block, index, seen, byKey, results), known = old.get(block.key);
        const last = known && known.block === block ? known : null;
        const result = sameAsBefore(known, block, parent, place) ? known : checkBlock(block, parent, {...context, place: faults, last});
        result.place = place;
        results.push(result);
        byKey.set(block.key, result);
        if (!seen.has(result.id)) {
            seen.set(result.id, result);
        }
        starts.push(line);
        line += block.lines.length;
    });
    return {blocks, results, starts, best: bestOf(results), first: firstFault(results, starts)};
}

// The first line of the file that breaks a rule: {line, index, fault}, or null.
function firstFault(results, starts) {
    const index = results.findIndex((result) => result.broken);
    if (index < 0) {
        return null;
    }
    const fault = results[index].faults.reduce((a, b) => b.line < a.line ? b : a);
    return {line: starts[index] + fault.line, index, fault};
}
