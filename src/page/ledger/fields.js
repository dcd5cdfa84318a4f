// The kinds of fields (formats: "Lines and fields"), read from left to right. What breaks a rule is thrown as a Broken.

const MOST = 2n ** 63n - 1n;
const ZERO = "0".repeat(64);

// rule: a key of the table of texts, without its `rule.`; values fill in that text; field: which field of the line is at fault.
// (Not an Error: that would remember a stack each time.)
class Broken {
    constructor(rule, values, field) {
        this.rule = rule;
        this.values = values || {};
        this.field = field;
    }
}

function refuse(rule, values, field) {
    throw new Broken(rule, values, field);
}

// Does f; if that breaks a rule, calls note(line, broken).
function attempt(note, line, f) {
    try {
        f();
    } catch (broken) {
        if (!(broken instanceof Broken)) {
            throw broken;
        }
        note(line, broken);
    }
}

const isNumber = (text) => /^(?:0|[1-9][0-9]{0,18})$/.test(text) && BigInt(text) <= MOST;
const isHash = (text) => /^[0-9a-f]{64}$/.test(text);
const isAccount = (text) => /^[ps]?[0-9a-f]{64}$/.test(text);

// The bytes that a text stands for, or null if it is no text in its one form.
function decodeText(text) {
    if (text === "-") {
        return "";
    }
    if (!/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+$/.test(text)) {
        return null;
    }
    const bytes = text.replace(/%(..)/g, (all, hex) => String.fromCharCode(parseInt(hex, 16)));
    return bytes.length <= 256 && encodeText(bytes) === text ? bytes : null;
}

function encodeText(bytes) {
    if (bytes === "" || bytes === "-") {
        return bytes ? "%2D" : "-";
    }
    return bytes.replace(/[^A-Za-z0-9._~-]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"));
}

// Whether the account has a form that this chain allows.
function mayStand(account, rules) {
    return !(account[0] === "p" && !rules.allow.has("policy") || account[0] === "s" && !rules.allow.has("slh-dsa"));
}

// What is wrong with the bytes of a line, or null: formats say that it is 1 to 65,535 of them, fields split by single spaces.
function brokenLine(line) {
    const odd = line.search(/[^ -~]/);
    if (line === "") {
        return new Broken("line.empty");
    }
    if (line.length > 65535) {
        return new Broken("line.long");
    }
    if (odd >= 0) {
        const byte = line.charCodeAt(odd).toString(16).padStart(2, "0");
        return new Broken("line.byte", {byte: "0x" + byte, column: odd + 1});
    }
    const space = line.search(/^ | {2}| $/);
    return space < 0 ? null : new Broken("line.space", {column: space + 1});
}

// The fields of one line. Each method takes the next one, of its kind.
class Reader {
    constructor(line) {
        this.fields = line.split(" ");
        this.at = 0;
        this.signatures = [];
    }

    peek() {
        return this.fields[this.at];
    }

    take() {
        if (this.at >= this.fields.length) {
            refuse("field.few", {count: this.fields.length});
        }
        return this.fields[this.at++];
    }

    // The last field taken is not what it should be.
    wrong(rule, values) {
        refuse(rule, {text: this.fields[this.at - 1].slice(0, 80), ...values}, this.at - 1);
    }

    word(...words) {
        const text = this.take();
        return words.includes(text) ? text : this.wrong("field.word", {words: words.join(" / ")});
    }

    number() {
        const text = this.take();
        return isNumber(text) ? BigInt(text) : this.wrong("field.number");
    }

    hash() {
        const text = this.take();
        return isHash(text) ? text : this.wrong("field.hash");
    }

    // An account of a form that the chain allows; without rules, any.
    account(rules) {
        const text = this.take();
        if (!isAccount(text)) {
            this.wrong("field.account");
        }
        return !rules || mayStand(text, rules) ? text : this.wrong("field.form", {what: text[0] === "p" ? "policy" : "slh-dsa"});
    }

    key(rules) {
        const text = this.account(rules);
        return text[0] !== "p" ? text : this.wrong("field.key");
    }

    text() {
        const text = this.take();
        return decodeText(text) !== null ? text : this.wrong("field.text");
    }

    // The signature, by that key, of all that stands before it. Its form is checked here; whether it holds, later.
    signature(who) {
        const message = this.fields.slice(0, this.at).join(" "), text = this.take(), digits = who[0] === "s" ? 15712 : 128;
        if (text.length !== digits || !/^[0-9a-f]*$/.test(text)) {
            this.wrong("field.signature", {digits});
        }
        this.signatures.push({who, message, signature: text, field: this.at - 1});
    }

    end() {
        if (this.at < this.fields.length) {
            refuse("field.many", {count: this.fields.length, expected: this.at}, this.at);
        }
    }
}
