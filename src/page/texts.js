// The data that stand in the page, and its texts: elements `pre.texts` hold lines KEY TEXT, in which {NAME} is filled in; a later line counts.

// The bytes of an element that page_data wrote, one character of a string each.
function bytesOf(pre) {
    return pre.textContent.replace(/\\(?:\\|x([0-9a-f]{2}))/g, (all, hex) => hex ? String.fromCharCode(parseInt(hex, 16)) : "\\");
}

function textOf(pre) {
    return new TextDecoder().decode(Uint8Array.from(bytesOf(pre), (c) => c.charCodeAt(0)));
}

// What cannot be seen, or turns the direction of writing, is shown as a number: control and format characters, separators of lines.
function visible(text) {
    return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u2065]/gu, (c) => "\\x" + c.codePointAt(0).toString(16).padStart(2, "0"));
}

// Reads lines KEY TEXT into a table; empty lines and those that begin with # are left out.
function readTexts(table, text) {
    for (const line of text.split(/\r?\n/)) {
        const cut = line.indexOf(" ");
        if (cut > 0 && line[0] !== "#") {
            table.set(line.slice(0, cut), line.slice(cut + 1));
        }
    }
    return table;
}

const texts = new Map();

// The text of that key, with {NAME} replaced by the value of that name.
function say(key, values) {
    const text = texts.has(key) ? texts.get(key) : key;
    return text.replace(/\{([a-z]+)\}/g, (all, name) => values && name in values ? String(values[name]) : all);
}
