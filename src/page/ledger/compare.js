// Two ledgers side by side: their best chains, height by height, and where they part.

const COMPARED = 500;

// Results from genesis to the best tip.
function chainOf(checked) {
    const chain = [];
    for (let at = checked.best; at; at = at.parent) {
        chain.push(at);
    }
    return chain.reverse();
}

function commonHeights(left, right) {
    let n = 0;
    while (n < left.length && n < right.length && left[n].id === right[n].id) {
        n++;
    }
    return n;
}

// id of a line -> the height at which it stands in that chain.
function linesOf(chain) {
    const where = new Map();
    chain.forEach((result) => bodyOf(result).forEach((line) => where.set(sha256Known(line), result.height)));
    return where;
}

function comparedLine(line, elsewhere) {
    const height = elsewhere.get(sha256Known(line)), there = height !== undefined;
    const mark = there ? say("compare.moved", {height}) : say("compare.only");
    return element("li", {class: there ? "moved" : "only"}, lineInWords(line), " ", element("em", {}, (there ? "↔ " : "◆ ") + mark));
}

function comparedBlock(result, elsewhere) {
    if (!result) {
        return element("td", {class: "none"}, say("compare.missing"));
    }
    const lines = bodyOf(result).filter((line) => line.startsWith("tx ")).slice(0, 50);
    return element("td", {}, element("code", {class: "block-id"}, result.id.slice(0, 24) + "…"),
        element("div", {class: "help"}, `${say("field.MINER")} ${nameOf(result.miner)} · ${say("field.TIME")} ${result.time}`),
        element("ul", {}, ...lines.map((line) => comparedLine(line, elsewhere))));
}

function workAfter(chain, from) {
    return chain.length ? chain[chain.length - 1].work - (from ? chain[from - 1].work : 0n) : 0n;
}

function compareVerdict(names2, left, right, common) {
    const a = workAfter(left, common), b = workAfter(right, common);
    if (left.length === common && right.length === common) {
        return say("compare.same");
    }
    if (!common) {
        return say("compare.none");
    }
    if (left.length === common || right.length === common) {
        return say("compare.ahead", {name: left.length === common ? names2[1] : names2[0]});
    }
    const verdict = a === b ? say("compare.tie") : say(a > b ? "compare.left" : "compare.right", {name: a > b ? names2[0] : names2[1]});
    return say("compare.work", {left: a, right: b, verdict});
}

function comparedRows(left, right, common) {
    const most = Math.min(Math.max(left.length, right.length), common + COMPARED), rows = [];
    const ofLeft = linesOf(left.slice(common)), ofRight = linesOf(right.slice(common));
    for (let i = common; i < most; i++) {
        rows.push(element("tr", {}, element("th", {scope: "row"}, String(i)), comparedBlock(left[i], ofRight), comparedBlock(right[i], ofLeft)));
    }
    return rows;
}

const wideRow = (kind, text) => element("tr", {class: kind}, element("td", {colspan: "3"}, text));

function showCompare(ledgers) {
    const [left, right] = ledgers.map((ledger) => chainOf(ledger.checked)), both = ledgers.map((ledger) => ledger.name);
    const common = commonHeights(left, right), differ = common < left.length || common < right.length;
    const heads = [say("compare.height"), ...both].map((text) => element("th", {scope: "col"}, text));
    const rows = common ? [wideRow("common", "= " + say("compare.common", {height: common - 1}))] : [];
    if (differ && common) {
        rows.push(wideRow("parts", "≠ " + say("compare.parts", {height: common - 1})));
    }
    const broken = ledgers.some((ledger) => ledger.checked.first);
    byId("compare").replaceChildren(element("p", {class: "compare-verdict"}, compareVerdict(both, left, right, common)),
        element("p", {class: "help"}, say("scope.compare") + (broken ? " " + say("compare.broken") : "")),
        element("table", {class: "sides"}, element("thead", {}, element("tr", {}, ...heads)),
            element("tbody", {}, ...rows, ...comparedRows(left, right, common))));
}
