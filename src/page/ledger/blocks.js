// A ledger's bytes as blocks, and back. A block is never changed: an edit puts another one in its place.

let madeBlocks = 0;

// key: who it is, for as long as the page is open, whatever becomes of its lines; lines: the header first; parent: the key of
// the block that it was made upon, or null; torn: its last line has no newline.
function makeBlock(lines, parent) {
    return {key: ++madeBlocks, lines, parent, torn: false};
}

const headerField = (block, i) => block.lines[0].split(" ")[i];

// A line that begins with the word `block` begins a block, whatever the header before it says of the length of its body:
// so a wrong COUNT does not hide the blocks that come after it.
function splitBlocks(bytes) {
    const lines = bytes.split("\n"), torn = lines.pop() !== "", groups = [];
    if (torn) {
        lines.push(bytes.slice(bytes.lastIndexOf("\n") + 1));
    }
    for (const line of lines) {
        if (line.startsWith("block ") || groups.length === 0) {
            groups.push([]);
        }
        groups[groups.length - 1].push(line);
    }
    return {groups, torn};
}

function readBlocks(bytes) {
    const {groups, torn} = splitBlocks(bytes), blocks = [], keyOf = new Map();
    for (const lines of groups) {
        const last = blocks[blocks.length - 1];
        const block = makeBlock(lines, keyOf.get(lines[0].split(" ")[2]) || (last ? last.key : null));
        blocks.push(block);
        keyOf.set(sha256Known(lines[0]), block.key);
    }
    if (torn && blocks.length) {
        blocks[blocks.length - 1].torn = true;
    }
    return blocks;
}

function writeBlocks(blocks) {
    return blocks.map((block) => block.lines.join("\n") + (block.torn ? "" : "\n")).join("");
}

// The same block with another text in a line's place; null: without that line.
function withLine(block, index, line) {
    const lines = block.lines.slice();
    lines.splice(index, 1, ...(line === null ? [] : [line]));
    return {...block, lines};
}

function withField(block, index, field, text) {
    const fields = block.lines[index].split(" ");
    fields[field] = text;
    return withLine(block, index, fields.join(" "));
}
