// Firefox without a window, by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). What start() gives is described in browser.js.
const { spawn } = require("child_process");
const { writeFileSync } = require("fs");
const path = require("path");

const PREFERENCES = { "browser.shell.checkDefaultBrowser": false, "browser.startup.page": 0, "datareporting.policy.dataSubmissionEnabled": false,
    "app.normandy.enabled": false, "app.update.disabledForTesting": true, "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false, "toolkit.telemetry.server": "", "extensions.getAddons.cache.enabled": false,
    "services.settings.server": "data:,", "ui.prefersReducedMotion": 0, "ui.useOverlayScrollbars": 1 };

// What BiDi cannot ask for is a preference of the browser.
const MEDIA = { "prefers-color-scheme": ["layout.css.prefers-color-scheme.content-override", { dark: 0, light: 1 }],
    "prefers-reduced-motion": ["ui.prefersReducedMotion", { "no-preference": 0, reduce: 1 }] };

const KEYS = { Escape: "\uE00C", Tab: "\uE004", Enter: "\uE007", ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015",
    Home: "\uE011", End: "\uE010", Control: "\uE009" };

function address(browser) {
    return new Promise((resolve, reject) => {
        let said = "";
        browser.stderr.on("data", (data) => {
            said += data;
            const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said);
            if (found) {
                resolve(found[1] + "/session");
            }
        });
        browser.on("exit", () => reject(new Error("firefox ended: " + said)));
    });
}

async function connect(url, hear) {
    const waiting = new Map(), socket = new WebSocket(url);
    let serial = 0;
    await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = () => reject(new Error(url + ": no connection"));
    });
    socket.onmessage = ({ data }) => {
        const message = JSON.parse(data), one = waiting.get(message.id);
        waiting.delete(message.id);
        if (!one) {
            hear(message.method, message.params);
        } else if (message.type === "error") {
            one.reject(new Error(one.method + ": " + message.message));
        } else {
            one.resolve(message.result);
        }
    };
    return (method, params) => {
        const id = ++serial;
        socket.send(JSON.stringify({ id, method, params: params || {} }));
        return new Promise((resolve, reject) => waiting.set(id, { resolve, reject, method }));
    };
}

function listen({ fault, asks }) {
    return (method, params) => {
        if (method === "log.entryAdded" && params.level === "error") {
            fault(params.text);
        } else if (method === "network.beforeRequestSent") {
            asks(params.request.url);
        }
    };
}

async function start(program, folder, heard) {
    writeFileSync(path.join(folder, "user.js"), Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`).join(""));
    const browser = spawn(program, ["--headless", "--no-remote", "--profile", folder, "--remote-debugging-port=0", "--remote-allow-system-access", "about:blank"],
        { stdio: ["ignore", "ignore", "pipe"], detached: true, env: { ...process.env, HOME: folder } });
    heard.started(browser);
    const send = await connect(await address(browser), listen(heard));
    await send("session.new", { capabilities: {} });
    await send("session.subscribe", { events: ["log.entryAdded", "network.beforeRequestSent"] });
    const { contexts: [{ context }] } = await send("browsingContext.getTree");
    const { contexts: [{ context: window }] } = await send("browsingContext.getTree", { "moz:scope": "chrome" });
    await evaluate(send, window, "window.focus(); gBrowser.selectedBrowser.focus()"); // :focus is only in an active window
    return commands(send, context, window);
}

// A value as BiDi has it, as one of JavaScript.
function plain({ type, value }) {
    return type === "array" ? value.map(plain) : type === "object" ? Object.fromEntries(value.map(([name, one]) => [name, plain(one)])) :
        type === "null" ? null : value;
}

async function evaluate(send, context, expression, more) {
    const { result, exceptionDetails } = await send("script.evaluate", { expression, target: { context }, awaitPromise: true, ...more });
    if (exceptionDetails) {
        throw new Error(exceptionDetails.text);
    }
    return result;
}

function commands(send, context, window) {
    const act = (type, id, actions) => send("input.performActions", { context, actions: [{ type, id, actions }] });
    const stroke = (key) => [{ type: "keyDown", value: key }, { type: "keyUp", value: key }];
    return {
        navigate: (url) => send("browsingContext.navigate", { context, url, wait: "complete" }),
        evaluate: async (expression) => plain(await evaluate(send, context, expression)),
        type: (text) => act("key", "keyboard", [...text].flatMap(stroke)),
        key: (key, control) => act("key", "keyboard", control ?
            [{ type: "keyDown", value: KEYS.Control }, ...stroke(key), { type: "keyUp", value: KEYS.Control }] : stroke(KEYS[key] || key)),
        pointer: (type, x, y) => act("pointer", "mouse", [type === "move" ? { type: "pointerMove", x: Math.round(x), y: Math.round(y) } :
            { type: type === "down" ? "pointerDown" : "pointerUp", button: 0 }]),
        size: (width, height) => send("browsingContext.setViewport", { context, viewport: { width, height } }),
        async prefer(features) {
            for (const [name, value] of Object.entries(features)) {
                const [preference, numbers] = MEDIA[name];
                await evaluate(send, window, `Services.prefs.setIntPref("${preference}", ${numbers[value]})`);
            }
        },
        async files(id, files) {
            const element = await evaluate(send, context, `document.getElementById(${JSON.stringify(id)})`);
            await send("input.setFiles", { context, element: { sharedId: element.sharedId }, files });
        },
        picture: async () => (await send("browsingContext.captureScreenshot", { context })).data,
        paper: async () => (await send("browsingContext.print", { context, background: false })).data,
    };
}

module.exports = { start };
