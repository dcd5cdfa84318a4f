// A block as a card: its header and lines as fields that can be edited, with what does not hold beside them.

const ROWS = 60;
const FIELDS = 40;

const STATUS_ICONS = {good: "✓", bad: "✗", after: "↓", checking: "…", tip: "★", side: "↳"};

function statusOf(result) {
    return result.broken ? "bad" : result.after ? "after" : result.jobs.length ? "checking" : "good";
}

function chip(status) {
    return element("span", {class: "chip " + status}, element("span", {class: "icon", "aria-hidden": "true"}, STATUS_ICONS[status]),
        say("status." + status));
}

function titleOf(result, start) {
    if (!result.readable) {
        return say("block.unread", {line: start});
    }
    return result.parent ? say("block.title", {height: result.height}) : say("block.genesis");
}

function button(action, label, extra) {
    return element("button", {type: "button", "data-do": action, ...extra}, label);
}

function faultList(faults, id) {
    const items = faults.map(({broken}) => element("li", {}, element("span", {class: "icon", "aria-hidden": "true"}, "✗"), faultInWords(broken)));
    return element("ul", {class: "faults", id}, ...items);
}

// --- Fields ---

// What an input shows of bytes; bytesTyped is the way back.
const textShown = (bytes) => new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));

function setInput(input, bytes) {
    if (bytesTyped(input.value) !== bytes) {
        input.value = textShown(bytes);
    }
    if (input.tagName === "INPUT" && !input.classList.contains("wide")) {
        input.size = Math.max(3, Math.min(24, bytes.length + 1));
    }
}

function fieldLabel(name, text) {
    const known = isAccount(text) && names.get(text);
    return say("field." + name) + (known ? " · " + known : "");
}

function makeField(name, text, index) {
    const wide = text.length > 20, input = element("input", {"data-field": index, class: wide ? "wide" : null, spellcheck: "false",
        autocapitalize: "off", autocomplete: "off"});
    setInput(input, text);
    return element("label", {class: wide ? "field wide" : "field"}, element("span", {}, fieldLabel(name, text)), input);
}

// All of a line in one field: a line may be anything, and a batch may have hundreds of fields.
function makeWholeLine(line) {
    const input = element("textarea", {"data-field": "line", rows: 4, spellcheck: "false"});
    setInput(input, line);
    return element("label", {class: "field wide"}, element("span", {}, say("field.LINE")), input);
}

const isWhole = (line) => line.split(" ").length > FIELDS || !/^[a-z]+ /.test(line);

function makeFields(line) {
    if (isWhole(line)) {
        return [makeWholeLine(line)];
    }
    const labels = fieldNames(line);
    return line.split(" ").map((text, i) => i === 0 ? null : makeField(labels[i], text, i)).filter(Boolean);
}

// --- Rows: one for each line ---

function rowButtons(line, index) {
    const list = line.startsWith("tx ") ? [button("sign", say("do.sign"))] : [];
    return index === 0 ? [] : [...list, button("remove", say("do.remove"))];
}

function makeRow(line, index) {
    const kind = line.split(" ")[0];
    const row = element("div", {class: index === 0 ? "row head" : "row", "data-line": index, role: "group", tabindex: "-1"});
    row.append(element("div", {class: "row-title"}, element("span", {class: "words"}), element("code", {class: "line-id"}), ...rowButtons(line, index)),
        element("div", {class: "fields"}, ...makeFields(line)), element("div", {class: "row-faults"}));
    row.dataset.shape = shapeOf(line);
    row.classList.add(["tx", "rule", "grant", "state", "block"].includes(kind) ? kind : "other");
    return row;
}

// Two lines of one shape have the same inputs.
function shapeOf(line) {
    return isWhole(line) ? "line" : fieldNames(line).join() + line.split(" ").map((text) => text.length > 20).join();
}

function updateInputs(row, line) {
    const fields = line.split(" "), labels = fieldNames(line);
    for (const input of row.querySelectorAll("[data-field]")) {
        const i = input.dataset.field;
        setInput(input, i === "line" ? line : fields[i]);
        if (i !== "line") {
            input.previousElementSibling.textContent = fieldLabel(labels[i], fields[i]);
        }
    }
}

function markFaults(row, faults, key, index) {
    const id = `f${key}-${index}`, wrong = new Set(faults.map(({broken}) => broken.field));
    row.classList.toggle("bad", faults.length > 0);
    row.lastElementChild.replaceChildren(...(faults.length ? [faultList(faults, id)] : []));
    for (const input of row.querySelectorAll("[data-field]")) {
        const bad = wrong.has(Number(input.dataset.field)) || faults.length > 0 && input.dataset.field === "line";
        for (const [name, value] of [["aria-invalid", "true"], ["aria-describedby", id]]) {
            bad ? input.setAttribute(name, value) : input.removeAttribute(name);
        }
    }
}

function updateRow(row, line, index, start, faults, key) {
    updateInputs(row, line);
    const title = say("line.title", {line: start + index});
    row.setAttribute("aria-label", title + ": " + lineInWords(line));
    const [words, id] = row.firstElementChild.children;
    words.textContent = index === 0 ? "" : lineInWords(line);
    words.title = title;
    id.textContent = index === 0 ? "" : sha256Known(line).slice(0, 16) + "…";
    markFaults(row, faults, key, index);
}

// Where in a line the caret of an input is: behind how many letters of which field. A space before it has split the field.
function caretIn(input) {
    const parts = input.value.slice(0, input.selectionStart).split(" "), first = input.dataset.field === "line" ? 0 : Number(input.dataset.field);
    return {field: first + parts.length - 1, letters: parts[parts.length - 1].length};
}

function putCaret(row, line, {field, letters}) {
    const whole = row.querySelector('[data-field="line"]'), input = whole || row.querySelector(`[data-field="${field}"]`);
    if (input) {
        const at = letters + (whole && field ? line.split(" ").slice(0, field).join(" ").length + 1 : 0);
        input.focus();
        input.setSelectionRange(at, at);
    }
}

// A row of another shape takes the place of the old one; who was typing in it goes on there.
function replaceRow(rows, line, index) {
    const old = rows.children[index], made = makeRow(line, index), at = document.activeElement;
    if (!old) {
        rows.append(made);
        return made;
    }
    const caret = old.contains(at) && at.dataset.field ? caretIn(at) : null;
    old.replaceWith(made);
    if (caret) {
        putCaret(made, line, caret);
    }
    return made;
}

function updateRows(card) {
    const {result, start, rows} = card, {lines, key} = result.block, most = Math.min(lines.length, card.most);
    for (let i = 0; i < most; i++) {
        const row = rows.children[i], fits = row && row.dataset.shape === shapeOf(lines[i]);
        const faults = result.faults.filter((fault) => fault.line === i);
        updateRow(fits ? row : replaceRow(rows, lines[i], i), lines[i], i, start, faults, key);
    }
    while (rows.children.length > most) {
        rows.lastElementChild.remove();
    }
    card.more.hidden = most === lines.length;
    card.more.textContent = say("block.body", {count: lines.length - most, line: start + most});
}

// --- Cards ---

function makeCard(key) {
    const root = element("article", {class: "card", id: "b" + key, "data-key": key, "aria-labelledby": "t" + key, tabindex: "-1"});
    const card = {key, root, filled: false, most: ROWS, result: null, next: null, start: 0, mark: ""};
    card.title = element("h2", {id: "t" + key});
    card.chips = element("div", {class: "chips"});
    card.id = element("code", {class: "block-id"}, element("span", {}, say("block.id") + " "), "-");
    card.body = element("div", {class: "card-body"});
    card.mining = element("div", {class: "mining", hidden: true});
    root.append(element("header", {class: "card-head"}, card.title, card.chips, card.id), card.mining, card.body);
    return card;
}

function cardActions(result) {
    const pow = result.rules && result.rules.seal === "pow", genesis = !result.parent;
    return element("div", {class: "actions"},
        genesis ? button("mine", say("do.fill")) : pow && button("mine", say("do.mine"), {class: "main"}),
        !genesis && pow && button("mine-all", say("do.mine.all")),
        !genesis && button("pay", say("do.pay")), button("block", say("do.block")), !genesis && button("remove-block", say("do.remove.block")));
}

function fillCard(card) {
    if (!card.filled && card.next) {
        updateCard(card);
        card.rows = element("div", {class: "rows"});
        card.more = button("more", "", {class: "more"});
        card.body.replaceChildren(card.rows, card.more, cardActions(card.result));
        card.body.style.minHeight = "";
        card.filled = true;
        updateRows(card);
    }
}

// A card far from what is seen has no fields, only their height.
function emptyCard(card) {
    if (card.filled && !card.root.contains(document.activeElement)) {
        card.body.style.minHeight = card.body.offsetHeight + "px";
        card.body.replaceChildren();
        card.filled = false;
    }
}

// Shows what card.next says: {result, start: its first line in the file, lane: its row in the tree, tip: whether it is the best tip}.
function updateCard(card) {
    const {result, start, lane, tip} = card.next, status = statusOf(result), title = titleOf(result, start);
    const mark = [status, start, lane, tip, title].join(), changed = card.result !== result || card.start !== start;
    Object.assign(card, {result, start});
    if (card.mark !== mark) {
        card.mark = mark;
        card.root.className = `card ${status} lane${Math.min(lane, 3)}`;
        card.title.textContent = title;
        card.chips.replaceChildren(chip(status), ...(tip ? [chip("tip")] : []), ...(lane ? [chip("side")] : []));
    }
    if (card.id.lastChild.data !== result.id) {
        card.id.lastChild.data = result.id;
    }
    if (card.filled && changed) {
        updateRows(card);
    }
}
