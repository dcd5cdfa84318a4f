// Making elements. Text goes in as text, never as HTML.

// element("button", {class: "main", on: {click: f}}, "text", child...): an attribute that is null, undefined or false is left out.
function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
        if (name === "on") {
            for (const [event, f] of Object.entries(value)) {
                made.addEventListener(event, f);
            }
        } else if (value !== null && value !== undefined && value !== false) {
            made.setAttribute(name, value === true ? "" : value);
        }
    }
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
    return made;
}

function byId(id) {
    return document.getElementById(id);
}

// Says it to a screen reader; #announcer is a live region.
function announce(text) {
    byId("announcer").textContent = text;
}

// Fills in the texts of the elements that name one: data-text, data-label (for screen readers) and data-hint.
function fillTexts(root) {
    for (const one of root.querySelectorAll("[data-text]")) {
        one.textContent = say(one.dataset.text);
    }
    for (const one of root.querySelectorAll("[data-label]")) {
        one.setAttribute("aria-label", say(one.dataset.label));
    }
    for (const one of root.querySelectorAll("[data-hint]")) {
        one.setAttribute("title", say(one.dataset.hint));
    }
}

// Reads the page's texts, and speaks its language from here on.
function startTexts() {
    for (const pre of document.querySelectorAll("pre.texts")) {
        readTexts(texts, textOf(pre));
    }
    document.documentElement.lang = say("language");
    document.documentElement.dir = say("direction");
    fillTexts(document);
}
