// The tree of blocks in small: a column for each height, the chain with the most work in the first row, side branches below.

// The results on the chain with the most work, whether it holds or not: it stays where it is while somebody edits.
function mainChain(results) {
    let tip = null;
    for (const result of results) {
        if (tip === null || result.work > tip.work) {
            tip = result;
        }
    }
    const chain = new Set();
    for (let at = tip; at; at = at.parent) {
        chain.add(at);
    }
    return chain;
}

// block key -> row: 0 for the main chain; a branch takes the first row that is free at its height.
function lanesOf(results) {
    const main = mainChain(results), lanes = new Map(), ends = [], extended = new Set();
    for (const result of results) {
        const {parent} = result, under = parent ? lanes.get(parent.block.key) : 0;
        let lane = 0;
        if (!main.has(result)) {
            lane = under && !extended.has(parent) ? under : ends.findIndex((end, i) => i > 0 && end < result.height);
            lane = lane > 0 ? lane : Math.max(1, ends.length);
            extended.add(parent);
            ends[lane] = result.height;
        }
        ends[0] = 0n;
        lanes.set(result.block.key, lane);
    }
    return lanes;
}

// What is scrolled to stops below the bar, which stays.
function showBarHeight() {
    document.documentElement.style.setProperty("--bar", getComputedStyle(byId("bar")).position === "sticky" ? byId("bar").offsetHeight + "px" : "0px");
}

// Marks the block that is seen below the bar, and keeps it in sight.
function showHere() {
    const strip = byId("strip"), seen = document.elementFromPoint(innerWidth / 2, byId("bar").getBoundingClientRect().bottom + 60);
    const card = seen && seen.closest(".card"), cell = card && [...strip.children].find((one) => one.dataset.key === card.dataset.key);
    if (!cell || cell.classList.contains("here")) {
        return;
    }
    strip.querySelectorAll(".here").forEach((one) => one.classList.remove("here"));
    cell.classList.add("here");
    strip.scrollLeft = cell.offsetLeft - strip.clientWidth / 2;
}

function makeCell(strip) {
    const cell = element("span", {class: "cell"});
    strip.append(cell);
    return cell;
}

function showStrip(checked, lanes) {
    const strip = byId("strip"), dense = checked.results.length > 48;
    strip.classList.toggle("dense", dense);
    checked.results.forEach((result, i) => {
        const cell = strip.children[i] || makeCell(strip), status = statusOf(result), lane = lanes.get(result.block.key);
        const fork = result.parent && lanes.get(result.parent.block.key) !== lane;
        const name = `cell ${status}${fork ? " fork" : ""}${result === checked.best ? " tip" : ""}${result.parent ? "" : " first"}`;
        const text = dense ? "" : status === "good" || status === "checking" ? String(result.height) : STATUS_ICONS[status];
        const column = String(result.height < 20000n ? result.height + 1n : 1n);
        if (cell.className.replace(" here", "") !== name || cell.textContent !== text || cell.style.gridColumn !== column || cell.style.gridRow !== String(lane + 1)) {
            cell.className = name;
            cell.textContent = text;
            cell.style.gridColumn = column;
            cell.style.gridRow = String(lane + 1);
            cell.title = say("strip.block", {height: result.height, status: say("status." + status)});
        }
        cell.dataset.key = result.block.key;
    });
    while (strip.children.length > checked.results.length) {
        strip.lastElementChild.remove();
    }
}
